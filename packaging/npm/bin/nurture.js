#!/usr/bin/env node
// Runs the binary for this machine, which came as an optional dependency, and ends as it ends.
"use strict";

const { spawnSync } = require("node:child_process");

const name = `nurture-${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "nurture.exe" : "nurture";

let binary;
try {
  binary = require.resolve(`${name}/${file}`);
} catch {
  console.error(`error: there is no nurture for ${process.platform} on ${process.arch} here`);
  console.error(`  help: install the package ${name} beside this one, or build it with \`cargo install nurture\``);
  process.exit(2);
}

const ran = spawnSync(binary, process.argv.slice(2), { stdio: "inherit" });
if (ran.error) {
  console.error(`error: cannot run ${binary}: ${ran.error.message}`);
  process.exit(2);
}
if (ran.signal) {
  process.kill(process.pid, ran.signal);
}
process.exit(ran.status ?? 2);
