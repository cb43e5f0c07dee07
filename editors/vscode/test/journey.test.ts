import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { escapeText, journeyPage } from '../src/journey';
import { dayText, partsOf, words } from '../src/lanes';
import { outline } from '../src/outline';
import { readGraph, type GraphEdge, type GraphNode, type NodeKind, type Program } from '../src/protocol';
import { textWidth, wrap } from '../src/wrap';

const RANGE = { start: { line: 1, character: 2 }, end: { line: 1, character: 9 } };

function node(id: string, kind: NodeKind, label = id, more: Partial<GraphNode> = {}): GraphNode {
  return { id, kind, label, detail: null, day: null, channel: null, range: RANGE, ...more };
}

function edge(from: string, to: string, label: string | null = null): GraphEdge {
  return { from, to, label };
}

function program(nodes: GraphNode[], edges: GraphEdge[], more: Partial<Program> = {}): Program {
  return { name: 'p', title: null, uri: 'file:///p.nurture', range: RANGE, verdict: null, nodes, edges, ...more };
}

const [closeFaster] = readGraph(JSON.parse(readFileSync('test/graphs/close_faster.json', 'utf8')));
assert.ok(closeFaster);
const example: Program = closeFaster;

test('a program is cut into a lane for each track', () => {
  const { audience, goals, lanes } = partsOf(example);
  assert.deepEqual([audience.length, goals.length, lanes.length], [1, 1, 3]);
  assert.equal(lanes.flatMap((lane) => lane.nodes).length, example.nodes.length - 2);
});

test('what two tracks lead to stands in both, and what none leads to is shown', () => {
  const nodes = [node('a', 'audience'), node('t', 'track'), node('u', 'track'), node('l', 'leave'), node('x', 'touch')];
  const { lanes } = partsOf(program(nodes, [edge('a', 't'), edge('a', 'u'), edge('t', 'l'), edge('u', 'l')]));
  assert.deepEqual(
    lanes.map((lane) => lane.nodes.map((one) => one.id)),
    [['t', 'l'], ['u', 'l'], ['x']],
  );
});

test('the page shows every node, its day, its channel and the labels of branches', () => {
  const page = journeyPage(example, 'n0nce');
  for (const one of example.nodes) assert.ok(page.includes(`data-node="${one.id}"`), one.label);
  for (const shown of ['day 13 to 20', '>email<', '>letter<', '>role is controller<', '>otherwise<', '>45%<', '>is nurturing<', 'by day 180', '>split last_word<']) {
    assert.ok(page.includes(shown), shown);
  }
});

test('text of a policy cannot become markup', () => {
  const bad = '"><script>alert(\'&\')</script>';
  const page = journeyPage(
    program([node('a', 'audience', bad), node('t', 'track', bad), node('x"y', 'touch', bad, { detail: bad, channel: bad })], [edge('t', 'x"y', bad)], {
      name: bad,
      title: bad,
    }),
    'n0nce',
  );
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.ok(page.includes('data-node="x&quot;y"'));
  assert.equal(escapeText('<&>"\''), '&lt;&amp;&gt;&quot;&#39;');
});

test('only what carries the nonce may run or style', () => {
  const page = journeyPage(example, 'n0nce');
  assert.ok(page.includes(`content="default-src 'none'; style-src 'nonce-n0nce'; script-src 'nonce-n0nce'"`));
  assert.ok(page.includes('<style nonce="n0nce">') && page.includes('<script nonce="n0nce">'));
  assert.doesNotMatch(page, /\sstyle=|\son[a-z]+=|https?:\/\/(?!www\.w3\.org)/);
});

test('colours follow the theme of the editor', () => {
  const page = journeyPage(example, 'n');
  for (const name of ['editor-background', 'editor-foreground', 'focusBorder', 'charts-green', 'charts-red']) {
    assert.ok(page.includes(`var(--vscode-${name},`), name);
  }
});

test('every verdict has a look', () => {
  const looks = (['is nurturing', "isn't nurturing", 'is not shown to be nurturing', 'is not judged'] as const).map((verdict) => {
    return /class="verdict (\w+)"/.exec(journeyPage(program([], [], { verdict }), 'n'))?.[1];
  });
  assert.equal(new Set(looks).size, 4);
  assert.ok(!looks.includes(undefined));
  assert.doesNotMatch(journeyPage(program([], []), 'n'), /class="verdict/);
});

test('cards do not lie on each other, in any lane', () => {
  const page = journeyPage(example, 'n');
  for (const lane of page.split('<svg').slice(1)) {
    const cards = [...lane.matchAll(/translate\((-?[\d.]+) (-?[\d.]+)\)[^>]*>.*?<rect class="card" width="([\d.]+)" height="([\d.]+)"/gs)].map(
      ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
    );
    assert.ok(cards.length > 1);
    cards.forEach(([x, y, width, height], index) => {
      for (const [x2, y2, width2, height2] of cards.slice(index + 1)) {
        assert.ok(x + width <= x2 || x2 + width2 <= x || y + height <= y2 || y2 + height2 <= y);
      }
    });
  }
});

test('circles, loops and loose ends are drawn', () => {
  const nodes = [node('t', 'track'), node('a', 'touch'), node('b', 'wait'), node('c', 'touch')];
  const page = journeyPage(program(nodes, [edge('t', 'a'), edge('a', 'b'), edge('b', 'a'), edge('b', 'b')]), 'n');
  assert.equal(page.match(/class="edge back"/g)?.length, 1);
  assert.match(outline(program(nodes, [edge('t', 'a'), edge('a', 'b'), edge('b', 't'), edge('b', 'a')])), /go on at/);
  assert.match(journeyPage(program([], []), 'n'), /no tracks yet/);
});

test('days are said in words', () => {
  assert.deepEqual([{ from: 0, to: 0 }, { from: 2, to: 9 }, { from: 0.5, to: 1 / 3 }, null].map(dayText), ['day 0', 'day 2 to 9', 'day 0.5 to 0.3', '']);
});

test('a caption is not said twice', () => {
  assert.deepEqual(words(node('n', 'touch', 'email guide', { channel: 'email' })), { caption: 'email', label: 'guide' });
  assert.deepEqual(words(node('n', 'wait', '5 days')), { caption: 'wait', label: '5 days' });
  assert.deepEqual(words(node('n', 'wait', 'wait 5 days')), { caption: 'wait', label: '5 days' });
  assert.deepEqual(words(node('n', 'leave', 'leave')), { caption: 'leave', label: '' });
  assert.deepEqual(words(node('n', 'if', 'ifs and buts')), { caption: 'if', label: 'ifs and buts' });
});

test('lines fit, and what is too long is cut off with a sign', () => {
  const lines = wrap('did download(content is a_very_long_name_that_no_line_of_this_width_can_hold) since opener', 120, 12, 9);
  for (const line of lines) assert.ok(textWidth(line, 12) <= 120, line);
  assert.equal(lines.join('').replaceAll(' ', ''), 'diddownload(contentisa_very_long_name_that_no_line_of_this_width_can_hold)sinceopener');
  assert.deepEqual(wrap('one two three four', 30, 12, 2).at(-1)?.at(-1), '…');
  assert.deepEqual(wrap('  ', 30, 12, 2), []);
  assert.ok(wrap('ааааааааааааааааааааааа漢字漢字漢字', 60, 12, 9).every((line) => textWidth(line, 12) <= 60));
});

test('the outline names each place once and points to it later', () => {
  assert.equal(
    outline(
      program(
        [
          node('a', 'audience', 'everyone'),
          node('t', 'track', 'on join'),
          node('i', 'if', 'customer', { day: { from: 0, to: 0 } }),
          node('e', 'touch', 'email guide', { channel: 'email', detail: 'Hello', day: { from: 0, to: 2 } }),
          node('w', 'wait', '2 days'),
        ],
        [edge('a', 't'), edge('t', 'i'), edge('i', 'e', 'yes'), edge('i', 'w', 'else'), edge('e', 'w')],
        { title: 'A title', verdict: 'is not judged' },
      ),
    ),
    `p: A title
is not judged
audience everyone

on join
  if customer (day 0)
    yes: email guide "Hello" (day 0 to 2)
    [1] wait 2 days
    else: go on at [1]
`,
  );
});
