import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClick, readDays, readJourney, readReferences, readView, testTitles, type View } from '../src/args';
import { programAt, readExplanation, readGraph, readPlan, readSimulation, readTestResult, type Program } from '../src/protocol';

const position = { line: 3, character: 4 };
const range = { start: position, end: position };

test('references', () => {
  const locations = [{ uri: 'file:///a', range }];
  assert.deepEqual(readReferences(['file:///a', position, locations]), { uri: 'file:///a', position, locations });
  for (const bad of [[], ['a', position], [1, position, []], ['a', { line: '3' }, []], ['a', position, [{ uri: 'b' }]]]) {
    assert.equal(readReferences(bad), undefined);
  }
});

test('a journey to show, and a click in it', () => {
  assert.deepEqual(readJourney(['file:///a', 'p']), { uri: 'file:///a', program: 'p' });
  assert.equal(readJourney([]), undefined);
  // A button in the title of an editor passes the address as an object.
  assert.equal(readJourney([{ scheme: 'file' }, {}]), undefined);
  assert.equal(readClick({ type: 'open', node: 'n3' }), 'n3');
  for (const bad of [null, 'n3', { type: 'run', node: 'n3' }, { type: 'open', node: 3 }]) assert.equal(readClick(bad), undefined);
});

test('an address of a document can be read again', () => {
  const views: View[] = [
    { view: 'plan', uri: 'u' },
    { view: 'graph', uri: 'u', program: 'p' },
    { view: 'explain', name: 'one_shot' },
    { view: 'simulate', uri: 'u', lead: 'l', days: 9 },
  ];
  for (const view of views) assert.deepEqual(readView(JSON.stringify(view)), view);
  for (const bad of ['', '[]', '{"view":"plan"}', '{"view":"graph","uri":"u"}', '{"view":"x","uri":"u"}']) assert.equal(readView(bad), undefined);
});

test('days', () => {
  assert.deepEqual(['90', ' 7 ', '0', '-1', '1.5', 'x', '', '99999'].map(readDays), [90, 7, undefined, undefined, undefined, undefined, undefined, undefined]);
});

test('the program at a line', () => {
  const at = (name: string, line: number, uri = 'u'): Program => {
    const start = { line, character: 8 };
    return { name, title: null, uri, range: { start, end: start }, verdict: null, nodes: [], edges: [] };
  };
  const programs = [at('b', 20), at('a', 4), at('c', 9, 'v')];
  assert.deepEqual([3, 4, 19, 20, 99].map((line) => programAt(programs, 'u', line)?.name), [undefined, 'a', 'a', 'b', 'b']);
});

test('titles of tests', () => {
  assert.deepEqual(testTitles('test "a" {\n}\n  test "no"\ntest  "b \\"c\\" \\u{e9}\\\\" from 2026-01-01 {}\n# test "d"\ntest "open\n'), ['a', 'b "c" é\\']);
});

test('answers of the server', () => {
  assert.deepEqual(readPlan({ plan: { format: 1 }, errors: 0 }), { json: '{\n  "format": 1\n}\n' });
  assert.deepEqual(readPlan({ plan: null, errors: 3 }), { errors: 3 });
  assert.equal(readSimulation({ text: 'Mon', timeline: [] }), 'Mon');
  assert.deepEqual(readTestResult({ passed: true, text: 'ok' }), { passed: true, text: 'ok' });
  assert.equal(readExplanation({ markdown: '# x' }), '# x');
  assert.deepEqual(readGraph({ programs: [] }), []);
  const whole = { name: 'p', title: null, uri: 'u', range, verdict: null, nodes: [], edges: [] };
  for (const bad of [
    null,
    { programs: {} },
    { programs: [{ ...whole, verdict: 'lovely' }] },
    { programs: [{ ...whole, nodes: [{ id: 'a', kind: 'dance', label: '', range }] }] },
    { programs: [{ ...whole, edges: [{ from: 'a', to: 'b', label: null }] }] },
  ]) {
    assert.throws(() => readGraph(bad), /The language server answered with/);
  }
  for (const read of [readPlan, readSimulation, readTestResult, readExplanation]) assert.throws(() => read(undefined), /answered with/);
});
