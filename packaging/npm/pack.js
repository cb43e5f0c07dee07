#!/usr/bin/env node
// Packs a binary for npm: `pack.js BINARY FOLDER [PLATFORM ARCH]` writes two archives into FOLDER, one with the binary for the platform and
// one that finds it. The version is the crate's.
"use strict";

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const [binary, folder, platform = process.platform, arch = process.arch] = process.argv.slice(2);
if (!binary || !folder) {
  console.error("usage: pack.js BINARY FOLDER [PLATFORM ARCH]");
  process.exit(2);
}
const cargo = fs.readFileSync(path.join(__dirname, "../../Cargo.toml"), "utf8");
const version = /^version = "([^"]+)"/m.exec(cargo)[1];
const main = JSON.parse(fs.readFileSync(path.join(__dirname, "package.json"), "utf8"));
const name = `nurture-${platform}-${arch}`;
const file = platform === "win32" ? "nurture.exe" : "nurture";

const work = fs.mkdtempSync(path.join(fs.realpathSync(require("node:os").tmpdir()), "nurture-npm-"));
fs.mkdirSync(path.resolve(folder), { recursive: true });
const pack = (inside) => execFileSync("npm", ["pack", "--silent", "--pack-destination", path.resolve(folder)], { cwd: inside, stdio: "inherit" });

const own = path.join(work, name);
fs.mkdirSync(own);
fs.copyFileSync(binary, path.join(own, file));
fs.chmodSync(path.join(own, file), 0o755);
const { description, license } = main;
fs.writeFileSync(path.join(own, "package.json"), JSON.stringify({ name, version, description, license, os: [platform], cpu: [arch], files: [file] }, null, 2));
pack(own);

const finder = path.join(work, "nurture");
fs.cpSync(path.join(__dirname, "bin"), path.join(finder, "bin"), { recursive: true });
fs.copyFileSync(path.join(__dirname, "README.md"), path.join(finder, "README.md"));
// Every platform that is built is named, so that npm takes the one that fits; the others are left out.
const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];
const optionalDependencies = Object.fromEntries(platforms.map((platform) => [`nurture-${platform}`, version]));
fs.writeFileSync(path.join(finder, "package.json"), JSON.stringify({ ...main, version, optionalDependencies }, null, 2));
pack(finder);
fs.rmSync(work, { recursive: true });
