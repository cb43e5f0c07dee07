import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createOnigScanner, createOnigString, loadWASM } from 'vscode-oniguruma';
import { INITIAL, parseRawGrammar, Registry } from 'vscode-textmate';

const FILES: Record<string, string> = {
  'source.nurture': 'syntaxes/nurture.tmLanguage.json',
  'markdown.nurture.codeblock': 'syntaxes/nurture.markdown.tmLanguage.json',
};
// The least grammar that knows fences: the injection has to come before it, as before the one of the editor.
const MARKDOWN = JSON.stringify({
  scopeName: 'text.html.markdown',
  patterns: [{ name: 'other.fence', begin: '^\\s*```.*$', end: '^\\s*```\\s*$' }],
});

test('a policy in a Markdown fence is coloured, and ends with the fence', async () => {
  const modules = createRequire(join(process.cwd(), 'package.json'));
  const wasm = readFileSync(join(dirname(modules.resolve('vscode-oniguruma/package.json')), 'release/onig.wasm'));
  await loadWASM(new Uint8Array(wasm).buffer);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner: (patterns) => createOnigScanner(patterns), createOnigString: (text) => createOnigString(text) }),
    loadGrammar: async (scope) => parseRawGrammar(FILES[scope] === undefined ? MARKDOWN : readFileSync(FILES[scope], 'utf8'), `${scope}.json`),
    getInjections: (scope) => (scope === 'text.html.markdown' ? ['markdown.nurture.codeblock'] : []),
  });
  const grammar = await registry.loadGrammar('text.html.markdown');
  assert.ok(grammar);
  let state = INITIAL;
  const scopes = (line: string): string => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens.flatMap((token) => token.scopes).join(' ');
  };
  assert.doesNotMatch(scopes('segment a where b'), /nurture/);
  assert.match(scopes('```nurture title'), /fenced_code\.block\.language/);
  assert.match(scopes('segment a where topics in ['), /meta\.embedded\.block\.nurture.*storage\.type\.nurture/);
  assert.match(scopes('content c "open'), /entity\.name\.type\.nurture/);
  assert.match(scopes('```'), /punctuation\.definition\.markdown/);
  assert.doesNotMatch(scopes('segment a where b'), /nurture/);
  assert.match(scopes('```text'), /other\.fence/);
  assert.doesNotMatch(scopes('segment a where b'), /nurture/);
});
