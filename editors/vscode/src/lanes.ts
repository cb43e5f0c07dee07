/** Cuts the graph of a program into its tracks. */
import type { GraphEdge, GraphNode, Program } from './protocol';

export interface Lane {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Parts {
  audience: GraphNode[];
  goals: GraphNode[];
  lanes: Lane[];
}

/**
 * A lane for each track, with all that the track leads to. What several tracks lead to stands in each of them: a reader
 * follows one track at a time. The audience and the goal belong to the whole program; the goal is drawn in a lane as
 * well where a step leads to it.
 */
export function partsOf(program: Program): Parts {
  const audience = program.nodes.filter((node) => node.kind === 'audience');
  const goals = program.nodes.filter((node) => node.kind === 'goal');
  const heads = new Set(program.nodes.filter((node) => node.kind === 'audience' || node.kind === 'track').map((node) => node.id));
  const out = new Map<string, GraphEdge[]>();
  for (const edge of program.edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);

  const seen = new Set<string>([...audience, ...goals].map((node) => node.id));
  const lane = (start: GraphNode): Lane => {
    const inside = new Set<string>([start.id]);
    const waiting = [start.id];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      seen.add(id);
      for (const edge of out.get(id) ?? []) {
        if (inside.has(edge.to) || heads.has(edge.to)) continue;
        inside.add(edge.to);
        waiting.push(edge.to);
      }
    }
    const steps = program.edges.filter((edge) => inside.has(edge.from) && inside.has(edge.to));
    return { nodes: program.nodes.filter((node) => inside.has(node.id)), edges: steps };
  };
  const lanes = program.nodes.filter((node) => node.kind === 'track').map(lane);
  // What no track leads to is shown all the same: it is in the policy.
  for (const node of program.nodes) if (!seen.has(node.id)) lanes.push(lane(node));
  return { audience, goals, lanes };
}

/** `day 3`, `day 3 to 9`. */
export function dayText(day: GraphNode['day']): string {
  if (day === null) return '';
  const [from, to] = [day.from, day.to].map((one) => String(Math.round(one * 10) / 10));
  return from === to ? `day ${from}` : `day ${from} to ${to}`;
}

const CAPTIONS: Record<GraphNode['kind'], string> = {
  audience: 'audience',
  track: '',
  touch: '',
  wait: 'wait',
  wait_until: 'wait until',
  if: 'if',
  split: 'split',
  handoff: 'handoff',
  leave: 'leave',
  goal: 'goal',
};

/** The word that tells what a node is, and the rest of its label without it. */
export function words(node: GraphNode): { caption: string; label: string } {
  const caption = (node.kind === 'touch' ? node.channel : null) ?? CAPTIONS[node.kind];
  const label = node.label.trim();
  if (caption !== '' && label === caption) return { caption, label: '' };
  if (caption !== '' && label.startsWith(`${caption} `)) return { caption, label: label.slice(caption.length + 1).trim() };
  return { caption, label };
}
