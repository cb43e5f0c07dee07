import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layout, type Link } from '../src/layout';

const box = (id: string, width = 100, height = 40): { id: string; width: number; height: number } => ({ id, width, height });
const link = (from: string, to: string, label: Link['label'] = null): Link => ({ from, to, label });

test('a chain goes straight down', () => {
  const { boxes, width } = layout([box('a'), box('b', 60), box('c')], [link('a', 'b'), link('b', 'c')]);
  assert.deepEqual([...boxes.values()].map(({ x }) => x), [50, 50, 50]);
  assert.ok((boxes.get('a')?.y ?? 0) < (boxes.get('b')?.y ?? 0));
  assert.equal(width, 100);
});

test('branches keep their order, and stand under what they come from', () => {
  const { boxes } = layout([box('if'), box('yes'), box('no'), box('end')], [link('if', 'yes'), link('if', 'no'), link('yes', 'end'), link('no', 'end')]);
  const [from, yes, no, end] = ['if', 'yes', 'no', 'end'].map((id) => boxes.get(id)?.x ?? 0) as [number, number, number, number];
  assert.ok(yes + 100 < no);
  assert.equal(from, (yes + no) / 2);
  assert.equal(end, from);
});

test('a link leads from the lower edge of one box to the upper edge of the next', () => {
  const { boxes, links } = layout([box('a'), box('b')], [link('a', 'b', { width: 30, height: 15 })]);
  const { points = [], label } = links[0] ?? {};
  assert.equal(points[0]?.y, 40);
  assert.equal(points.at(-1)?.y, boxes.get('b')?.y);
  assert.ok(label && label.y > 40 && label.y + 15 < (boxes.get('b')?.y ?? 0));
});

test('a long link passes beside the boxes between', () => {
  const { boxes, links } = layout([box('a'), box('b'), box('c')], [link('a', 'b'), link('b', 'c'), link('a', 'c')]);
  const middle = boxes.get('b');
  assert.ok(middle);
  const beside = (links[2]?.points ?? []).filter(({ y }) => y >= middle.y && y <= middle.y + 40);
  assert.ok(beside.length > 0);
  for (const { x } of beside) assert.ok(Math.abs(x - middle.x) > 50);
});

test('links do not cross where they need not', () => {
  const { boxes } = layout([box('a'), box('b'), box('c'), box('d')], [link('a', 'd'), link('b', 'c')]);
  assert.ok((boxes.get('a')?.x ?? 0) < (boxes.get('b')?.x ?? 0) === (boxes.get('d')?.x ?? 0) < (boxes.get('c')?.x ?? 0));
});

test('a link back runs beside all boxes, within the picture', () => {
  const { links, width } = layout([box('a'), box('b')], [link('a', 'b'), link('b', 'a')]);
  assert.deepEqual(links.map(({ back }) => back), [false, true]);
  for (const { x } of links[1]?.points ?? []) assert.ok(x <= width);
  assert.ok(width > 100);
});

test('nothing to place is no error', () => {
  assert.deepEqual(layout([], []), { boxes: new Map(), links: [], width: 0, height: 0 });
});

test('a big picture is placed at once', () => {
  const ids = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const links = ids.slice(1).map((id, index) => link(`n${Math.floor(index / 2)}`, id));
  const begin = performance.now();
  layout(ids.map((id) => box(id)), links);
  assert.ok(performance.now() - begin < 5000);
});
