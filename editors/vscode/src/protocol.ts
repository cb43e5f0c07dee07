/** What the server answers, and readers that refuse what it should not have answered. */

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export const VERDICTS = ['is nurturing', "isn't nurturing", 'is not shown to be nurturing', 'is not judged'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const NODE_KINDS = ['audience', 'track', 'touch', 'wait', 'wait_until', 'if', 'split', 'handoff', 'leave', 'goal'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

export interface GraphNode {
  id: string;
  kind: NodeKind;
  label: string;
  detail: string | null;
  day: { from: number; to: number } | null;
  channel: string | null;
  range: Range;
}

export interface GraphEdge {
  from: string;
  to: string;
  label: string | null;
}

export interface Program {
  name: string;
  title: string | null;
  uri: string;
  range: Range;
  verdict: Verdict | null;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

class Unreadable extends Error {
  constructor(what: string) {
    super(`The language server answered with ${what}. Its version may not fit the extension's.`);
  }
}

type Fields = Record<string, unknown>;

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isPosition(value: unknown): value is Position {
  return isObject(value) && Number.isInteger(value['line']) && Number.isInteger(value['character']);
}

export function isRange(value: unknown): value is Range {
  return isObject(value) && isPosition(value['start']) && isPosition(value['end']);
}

function object(value: unknown, what: string): Fields {
  if (!isObject(value)) throw new Unreadable(`no ${what}`);
  return value;
}

function list<T>(value: unknown, what: string, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw new Unreadable(`no ${what}`);
  return value.map(read);
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Unreadable(`no ${what}`);
  return value;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function range(value: unknown): Range {
  if (!isRange(value)) throw new Unreadable('no range');
  return value;
}

function oneOf<T extends string>(value: unknown, known: readonly T[], what: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw new Unreadable(`an unknown ${what}`);
  return found;
}

function days(value: unknown): GraphNode['day'] {
  if (!isObject(value)) return null;
  const { from, to } = value;
  return typeof from === 'number' && typeof to === 'number' ? { from, to } : null;
}

function node(value: unknown): GraphNode {
  const fields = object(value, 'node');
  return {
    id: text(fields['id'], 'id'),
    kind: oneOf(fields['kind'], NODE_KINDS, 'kind of node'),
    label: text(fields['label'], 'label'),
    detail: textOrNull(fields['detail']),
    day: days(fields['day']),
    channel: textOrNull(fields['channel']),
    range: range(fields['range']),
  };
}

function edge(value: unknown): GraphEdge {
  const fields = object(value, 'edge');
  return { from: text(fields['from'], 'edge'), to: text(fields['to'], 'edge'), label: textOrNull(fields['label']) };
}

function program(value: unknown): Program {
  const fields = object(value, 'program');
  const verdict = fields['verdict'];
  const nodes = list(fields['nodes'], 'nodes', node);
  const ids = new Set(nodes.map((one) => one.id));
  const edges = list(fields['edges'], 'edges', edge);
  if (edges.some((one) => !ids.has(one.from) || !ids.has(one.to))) throw new Unreadable('an edge to nowhere');
  return {
    name: text(fields['name'], 'name'),
    title: textOrNull(fields['title']),
    uri: text(fields['uri'], 'uri'),
    range: range(fields['range']),
    verdict: verdict === null || verdict === undefined ? null : oneOf(verdict, VERDICTS, 'verdict'),
    nodes,
    edges,
  };
}

/** The answer to `nurture/graph`. */
export function readGraph(answer: unknown): Program[] {
  return list(object(answer, 'graph')['programs'], 'programs', program);
}

/** The program in which a line of a file stands, if it stands in one: the last that begins at it or above. */
export function programAt(programs: readonly Program[], uri: string, line: number): Program | undefined {
  return programs
    .filter((one) => one.uri === uri && one.range.start.line <= line)
    .reduce<Program | undefined>((last, one) => (last !== undefined && last.range.start.line > one.range.start.line ? last : one), undefined);
}

/** The answer to `nurture/plan`: the plan as text, or how many errors stand in its way. */
export function readPlan(answer: unknown): { json: string } | { errors: number } {
  const { plan, errors } = object(answer, 'plan');
  if (isObject(plan)) return { json: `${JSON.stringify(plan, null, 2)}\n` };
  return { errors: typeof errors === 'number' ? errors : 0 };
}

/** The answer to `nurture/simulate`. */
export function readSimulation(answer: unknown): string {
  return text(object(answer, 'timeline')['text'], 'timeline');
}

/** The answer to the command `nurture.runTest`. */
export function readTestResult(answer: unknown): { passed: boolean; text: string } {
  const fields = object(answer, 'result of a test');
  return { passed: fields['passed'] === true, text: text(fields['text'], 'result of a test') };
}

/** The answer to the command `nurture.explain`. */
export function readExplanation(answer: unknown): string {
  return text(object(answer, 'explanation')['markdown'], 'explanation');
}
