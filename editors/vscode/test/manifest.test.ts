import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import manifest from '../package.json';
import { LANGUAGE, LENS_COMMANDS, PALETTE_COMMANDS, SERVER_COMMANDS } from '../src/names';

const { contributes } = manifest;

test('the palette shows what the code carries out', () => {
  assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), [...PALETTE_COMMANDS].toSorted());
  const menus = Object.values(contributes.menus).flat();
  for (const { command } of menus) assert.ok((PALETTE_COMMANDS as readonly string[]).includes(command), command);
});

test('commands of the server are left to the client library, which registers them', () => {
  const own = new Set<string>([...PALETTE_COMMANDS, ...LENS_COMMANDS]);
  for (const command of Object.values(SERVER_COMMANDS)) assert.ok(!own.has(command), command);
});

test('the files that the manifest names are there', () => {
  const files = [
    manifest.icon,
    ...contributes.languages.flatMap(({ configuration, icon }) => [configuration, icon.light, icon.dark]),
    ...[...contributes.grammars, ...contributes.snippets].map(({ path }) => path),
  ];
  for (const file of files) assert.ok(existsSync(file), file);
});

test('the grammars are those that the manifest says', () => {
  for (const { path, scopeName } of contributes.grammars) {
    assert.equal((JSON.parse(readFileSync(path, 'utf8')) as { scopeName: string }).scopeName, scopeName);
  }
});

test('language and settings go by the names that the code uses', () => {
  assert.deepEqual(contributes.languages.map(({ id }) => id), [LANGUAGE]);
  assert.deepEqual(Object.keys(contributes.configuration.properties), ['nurture.path', 'nurture.trace.server']);
  assert.deepEqual(manifest.activationEvents, [`onLanguage:${LANGUAGE}`, 'workspaceContains:**/nurture.toml']);
});

test('the types are those of the oldest editor that the extension runs in', () => {
  assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode']}`);
});

test('indentation and doc comments go on where they should', () => {
  const { indentationRules, onEnterRules } = JSON.parse(readFileSync('language-configuration.json', 'utf8')) as {
    indentationRules: { increaseIndentPattern: string; decreaseIndentPattern: string };
    onEnterRules: { beforeText: string }[];
  };
  const more = new RegExp(indentationRules.increaseIndentPattern);
  for (const line of ['program p {', '  } else {', '  topics in [', '  if x { # so', 'on join { "}" ']) assert.match(line, more);
  for (const line of ['segment a where b', 'on join { leave }', '# {', 'asks "{"', '}']) assert.doesNotMatch(line, more);
  assert.match('  }', new RegExp(indentationRules.decreaseIndentPattern));
  const [doc] = onEnterRules;
  assert.match('  ## What it is', new RegExp(doc?.beforeText ?? ''));
  for (const line of ['##', '# remark', 'asks "## x"']) assert.doesNotMatch(line, new RegExp(doc?.beforeText ?? ''));
});
