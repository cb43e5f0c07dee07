import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { choices, fillIn, pick } from './snippets';

interface Snippet {
  prefix: string;
  description: string;
  body: string[];
}

const snippets = Object.entries(JSON.parse(readFileSync('snippets/nurture.json', 'utf8')) as Record<string, Snippet>);
// Set to nothing is not set.
const nurture = process.env['NURTURE'] || undefined;
const withNurture = nurture === undefined ? { skip: 'NURTURE names no program' } : {};

function run(args: string[], input: string): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(nurture ?? '', args, { input, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr };
}

test('there is a snippet for every declaration', () => {
  const keywords = ['lead', 'signal', 'icp', 'segment', 'journey', 'score', 'content', 'program', 'handoff', 'limits', 'rule', 'test'];
  assert.deepEqual(snippets.map(([, { prefix }]) => prefix).toSorted(), keywords.toSorted());
  for (const [, { description }] of snippets) assert.ok(description.length > 0);
});

for (const [name, { body }] of snippets) {
  test(`the snippet ${name} is filled in completely`, () => {
    assert.doesNotMatch(fillIn(body), /\$[\d{]/);
    assert.match(body.join('\n'), /\$0$/);
  });

  test(`the snippet ${name} is right as it stands, with each of its choices, and laid out`, withNurture, () => {
    const lists = choices(body);
    const bodies = [body, ...lists.flatMap((list, place) => list.map((_, choice) => pick(body, new Map([[place, choice]]))))];
    for (const one of bodies) {
      const text = fillIn(one);
      const { status, output } = run(['fmt', '--check', '-'], text);
      assert.equal(status, 0, `${text}\n${output}`);
    }
  });
}

test('all snippets together are a policy without an error', withNurture, () => {
  const { status, output } = run(['check', '-'], snippets.map(([, { body }]) => fillIn(body)).join('\n'));
  assert.equal(status, 0, output);
});
