/**
 * Places the boxes of a graph in rows from top to bottom, so that links lead downwards and cross little.
 *
 * Every box gets a row by the longest way to it. Between two rows of boxes lies a row for the labels of links, so that a
 * label takes up room like a box and covers nothing. A link over several rows passes a point in each.
 */

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Link {
  from: string;
  to: string;
  label: { width: number; height: number } | null;
}

export interface Point {
  x: number;
  y: number;
}

export interface PlacedLink {
  /** Pairs of points: between two pairs the link swings over, within a pair it goes straight down. */
  points: Point[];
  /** The middle of the upper edge of the label. */
  label: Point | null;
  /** Whether it leads back up, beside the boxes. */
  back: boolean;
}

export interface Layout {
  /** The middle of the upper edge of each box. */
  boxes: Map<string, Point>;
  /** In the order of the links given. */
  links: PlacedLink[];
  width: number;
  height: number;
}

const BESIDE = 24;
const BELOW = 14;
const BEND = 8;
const SWEEPS = 6;

interface Vertex {
  width: number;
  height: number;
  row: number;
  x: number;
  place: number;
  above: Vertex[];
  below: Vertex[];
}

export function layout(boxes: readonly Box[], links: readonly Link[]): Layout {
  const back = backLinks(boxes, links);
  const rows = rowsOf(boxes, links, back);
  const layers: Vertex[][] = [];
  const add = (width: number, height: number, row: number): Vertex => {
    const layer = (layers[row] ??= []);
    const vertex: Vertex = { width, height, row, x: 0, place: layer.length, above: [], below: [] };
    layer.push(vertex);
    return vertex;
  };

  const vertices = new Map<string, Vertex>();
  for (const box of boxes) vertices.set(box.id, add(box.width, box.height, 2 * (rows.get(box.id) ?? 0)));
  const chains = links.map((link, index): Vertex[] => {
    const from = vertices.get(link.from);
    const to = vertices.get(link.to);
    if (from === undefined || to === undefined || back.has(index)) return [];
    const chain: Vertex[] = [from];
    for (let row = from.row + 1; row < to.row; row += 1) {
      const label = row === from.row + 1 ? link.label : null;
      chain.push(add(label?.width ?? BEND, label?.height ?? 0, row));
    }
    chain.push(to);
    chain.forEach((vertex, place) => {
      const next = chain[place + 1];
      if (next === undefined) return;
      vertex.below.push(next);
      next.above.push(vertex);
    });
    return chain;
  });
  for (let row = 0; row < layers.length; row += 1) layers[row] ??= [];

  order(layers);
  spread(layers);

  const tops: number[] = [];
  const heights = layers.map((layer) => Math.max(0, ...layer.map((vertex) => vertex.height)));
  let height = 0;
  heights.forEach((tall, row) => {
    tops[row] = height;
    height += tall + (row + 1 < heights.length ? BELOW : 0);
  });
  const all = layers.flat();
  const left = Math.min(0, ...all.map((vertex) => vertex.x - vertex.width / 2));
  const right = Math.max(0, ...all.map((vertex) => vertex.x + vertex.width / 2));
  for (const vertex of all) vertex.x -= left;

  const top = (vertex: Vertex): number => tops[vertex.row] ?? 0;
  const bottom = (vertex: Vertex): number => top(vertex) + (heights[vertex.row] ?? 0);
  let lanes = 0;
  const placed = links.map((link, index): PlacedLink => {
    const chain = chains[index] ?? [];
    const from = vertices.get(link.from);
    const to = vertices.get(link.to);
    if (from === undefined || to === undefined) return { points: [], label: null, back: false };
    if (back.has(index)) {
      lanes += 1;
      const x = right - left + BESIDE * lanes;
      const [fromY, toY] = [top(from) + from.height / 2, top(to) + to.height / 2];
      return {
        points: [{ x: from.x + from.width / 2, y: fromY }, { x, y: fromY }, { x, y: toY }, { x: to.x + to.width / 2, y: toY }],
        label: null,
        back: true,
      };
    }
    const points = chain.flatMap((vertex, place): Point[] => {
      if (vertex === from) return [{ x: vertex.x, y: top(vertex) + vertex.height }, { x: vertex.x, y: bottom(vertex) }];
      if (vertex === to) return [{ x: vertex.x, y: top(vertex) }];
      // Between two rows only a label is in the way.
      if (place % 2 === 1 && vertex.height === 0) return [];
      return [{ x: vertex.x, y: top(vertex) }, { x: vertex.x, y: bottom(vertex) }];
    });
    const second = chain[1];
    return { points, label: link.label !== null && second !== undefined ? { x: second.x, y: top(second) } : null, back: false };
  });

  return {
    boxes: new Map([...vertices].map(([id, vertex]) => [id, { x: vertex.x, y: top(vertex) }])),
    links: placed,
    width: right - left + BESIDE * lanes,
    height,
  };
}

/** The links that close a circle, by their place in the list. */
function backLinks(boxes: readonly Box[], links: readonly Link[]): Set<number> {
  const out = new Map<string, number[]>(boxes.map((box) => [box.id, []]));
  links.forEach((link, index) => out.get(link.from)?.push(index));
  const entered = new Set<string>();
  const open = new Set<string>();
  const back = new Set<number>();
  const visit = (id: string): void => {
    entered.add(id);
    open.add(id);
    for (const index of out.get(id) ?? []) {
      const to = links[index]?.to;
      if (to === undefined) continue;
      if (open.has(to)) back.add(index);
      else if (!entered.has(to)) visit(to);
    }
    open.delete(id);
  };
  const reached = new Set(links.map((link) => link.to));
  for (const box of boxes) if (!reached.has(box.id)) visit(box.id);
  for (const box of boxes) if (!entered.has(box.id)) visit(box.id);
  return back;
}

function rowsOf(boxes: readonly Box[], links: readonly Link[], back: ReadonlySet<number>): Map<string, number> {
  const rows = new Map<string, number>(boxes.map((box) => [box.id, 0]));
  // Without circles the longest way has fewer links than there are boxes, so this comes to rest.
  for (let changed = true; changed; ) {
    changed = false;
    links.forEach((link, index) => {
      const [from, to] = [rows.get(link.from), rows.get(link.to)];
      if (back.has(index) || from === undefined || to === undefined || to > from) return;
      rows.set(link.to, from + 1);
      changed = true;
    });
  }
  return rows;
}

/** Orders every row so that few links cross: each vertex goes where its neighbours in the row beside are, on average. */
function order(layers: Vertex[][]): void {
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const wish = new Map(layer.map((vertex) => [vertex, mean((down ? vertex.above : vertex.below).map((one) => one.place)) ?? vertex.place]));
      layer.sort((one, other) => (wish.get(one) ?? 0) - (wish.get(other) ?? 0));
      layer.forEach((vertex, place) => (vertex.place = place));
    }
    const crossed = crossings(layers);
    if (crossed < fewest) {
      fewest = crossed;
      best = layers.map((layer) => [...layer]);
    }
  }
  best.forEach((layer, row) => {
    layers[row] = layer;
    layer.forEach((vertex, place) => (vertex.place = place));
  });
}

function crossings(layers: readonly Vertex[][]): number {
  let count = 0;
  for (const layer of layers) {
    const pairs = layer.flatMap((vertex) => vertex.below.map((below): [number, number] => [vertex.place, below.place]));
    pairs.forEach(([from, to], index) => {
      for (const [otherFrom, otherTo] of pairs.slice(index + 1)) if ((from - otherFrom) * (to - otherTo) < 0) count += 1;
    });
  }
  return count;
}

/** Moves the vertices of each row under and over their neighbours, as far as the order and the widths allow. */
function spread(layers: readonly Vertex[][]): void {
  for (const layer of layers) place(layer, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of layers) place(layer, (vertex) => mean(vertex.above.map((one) => one.x)) ?? vertex.x);
    for (const layer of [...layers].reverse()) place(layer, (vertex) => mean(vertex.below.map((one) => one.x)) ?? vertex.x);
  }
  for (const layer of layers) place(layer, (vertex) => mean([...vertex.above, ...vertex.below].map((one) => one.x)) ?? vertex.x);
  // A label stands right over what it leads to.
  for (const layer of layers) if (layer.some((vertex) => vertex.row % 2 === 1)) place(layer, (vertex) => mean(vertex.below.map((one) => one.x)) ?? vertex.x);
}

/**
 * The places nearest to the wishes that keep the order and the distances: with the distances taken off, what is left
 * must not fall, and neighbours that would fall are given their common mean.
 */
function place(layer: readonly Vertex[], wish: (vertex: Vertex) => number): void {
  const offsets: number[] = [];
  let offset = 0;
  layer.forEach((vertex, index) => {
    const before = layer[index - 1];
    if (before !== undefined) offset += before.width / 2 + BESIDE + vertex.width / 2;
    offsets.push(offset);
  });
  const groups: { sum: number; count: number }[] = [];
  layer.forEach((vertex, index) => {
    let group = { sum: wish(vertex) - (offsets[index] ?? 0), count: 1 };
    for (let last = groups.at(-1); last !== undefined && last.sum / last.count > group.sum / group.count; last = groups.at(-1)) {
      group = { sum: group.sum + last.sum, count: group.count + last.count };
      groups.pop();
    }
    groups.push(group);
  });
  let index = 0;
  for (const group of groups) {
    for (let inside = 0; inside < group.count; inside += 1, index += 1) {
      const vertex = layer[index];
      if (vertex !== undefined) vertex.x = group.sum / group.count + (offsets[index] ?? 0);
    }
  }
}

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
