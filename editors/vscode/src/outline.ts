/** The graph of a program as plain text: for a terminal, a mail, or a screen reader. */
import { dayText, partsOf, words, type Lane } from './lanes';
import type { GraphEdge, GraphNode, Program } from './protocol';

function line(node: GraphNode): string {
  const { caption, label } = words(node);
  const day = dayText(node.day);
  const head = `${caption} ${label}`.trim();
  return [head, node.detail === null ? '' : `"${node.detail}"`, day === '' ? '' : `(${day})`].filter((part) => part !== '').join(' ');
}

function laneText(lane: Lane): string[] {
  const out = new Map<string, GraphEdge[]>();
  for (const edge of lane.edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);
  const nodes = new Map(lane.nodes.map((node) => [node.id, node]));
  const incoming = new Map<string, number>();
  for (const edge of lane.edges) incoming.set(edge.to, (incoming.get(edge.to) ?? 0) + 1);
  const numbers = new Map<string, number>();
  const lines: string[] = [];
  const start = lane.nodes.find((node) => node.kind === 'track') ?? lane.nodes[0];
  if (start === undefined) return [];
  const write = (id: string, depth: number, before: string): void => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const indent = '  '.repeat(depth);
    const known = numbers.get(id);
    if (known !== undefined) {
      lines.push(`${indent}${before}go on at [${known}]`);
      return;
    }
    // Where several ways meet, the place gets a number that the later ways point to.
    const meets = (incoming.get(id) ?? 0) > (id === start.id ? 0 : 1);
    const number = numbers.size + 1;
    if (meets) numbers.set(id, number);
    lines.push(`${indent}${before}${meets ? `[${number}] ` : ''}${line(node)}`);
    const edges = out.get(id) ?? [];
    const branches = id === start.id || edges.length > 1 || edges.some((edge) => edge.label !== null);
    for (const edge of edges) write(edge.to, branches ? depth + 1 : depth, edge.label === null ? '' : `${edge.label}: `);
  };
  write(start.id, 0, '');
  return lines;
}

export function outline(program: Program): string {
  const { audience, goals, lanes } = partsOf(program);
  const head = [
    program.title === null ? program.name : `${program.name}: ${program.title}`,
    ...(program.verdict === null ? [] : [program.verdict]),
    ...[...audience, ...goals].map(line),
  ];
  return `${[head, ...lanes.map(laneText)].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
