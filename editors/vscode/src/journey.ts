/** Draws a program: its verdict, its audience and goal, and a picture of each track. */
import { dayText, partsOf, words, type Lane } from './lanes';
import { layout, type Point } from './layout';
import type { GraphEdge, GraphNode, Program, Verdict } from './protocol';
import { textWidth, wrap } from './wrap';

const WIDTH = 232;
const PADDING = 12;
const MARGIN = 8;
const LABEL = { size: 13, line: 17, most: 4 };
/** How much wider bold letters are. */
const BOLD = 1.12;
const PILLS: ReadonlySet<string> = new Set(['wait', 'if', 'split', 'leave']);
const SMALL = { size: 11.5, line: 15, most: 3 };

export function escapeText(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? '');
}

interface Card {
  node: GraphNode;
  pill: boolean;
  width: number;
  height: number;
  caption: string;
  day: string;
  label: string[];
  detail: string[];
}

function card(node: GraphNode): Card {
  const { caption, label } = words(node);
  const day = dayText(node.day);
  // What happens before and after a wait or a fork matters more than the fork: that is a pill, if its words are few.
  const few = node.label.trim() === '' ? caption : node.label.trim();
  if (PILLS.has(node.kind) && node.detail === null && textWidth(few, SMALL.size) <= WIDTH - 2 * PADDING) {
    return { node, pill: true, width: textWidth(few, SMALL.size) + 2 * PADDING, height: SMALL.line + 9, caption: '', day: '', label: [few], detail: [] };
  }
  const inside = WIDTH - 2 * PADDING;
  const bold = node.kind === 'track' ? BOLD : 1;
  const lines = wrap(label, inside / bold, LABEL.size, LABEL.most);
  const detail = wrap(node.detail ?? '', inside, SMALL.size, SMALL.most);
  const head = caption !== '' || day !== '' ? SMALL.line + 2 : 0;
  const height = head + lines.length * LABEL.line + (detail.length > 0 ? detail.length * SMALL.line + 3 : 0) + 2 * PADDING - 6;
  return { node, pill: false, width: WIDTH, height, caption, day, label: lines, detail };
}

/** Where the colour of a card comes from. */
function look(node: GraphNode): string {
  if (node.kind !== 'touch') return node.kind;
  return ['ad', 'post', 'web'].includes(node.channel ?? '') ? 'touch impression' : 'touch message';
}

function textLine(line: string, x: number, y: number, style: string, end = false): string {
  return `<text class="${style}" x="${x}" y="${y}"${end ? ' text-anchor="end"' : ''}>${escapeText(line)}</text>`;
}

/** What a tooltip and a screen reader say: all of it, nothing cut off. */
function spoken(node: GraphNode): string {
  const { caption, label } = words(node);
  return [`${caption} ${label}`.trim(), node.detail ?? '', dayText(node.day)].filter((part) => part !== '').join('\n');
}

function drawCard(drawn: Card, at: Point): string {
  const { node, pill, width, height } = drawn;
  const parts = [
    `<title>${escapeText(spoken(node))}</title>`,
    `<rect class="card" width="${width}" height="${height}" rx="${pill ? height / 2 : 6}"/>`,
  ];
  if (node.kind === 'touch') parts.push(`<path class="stripe" d="M6 0a6 6 0 0 0-6 6v${height - 12}a6 6 0 0 0 6 6z"/>`);
  if (pill) {
    parts.push(`<text class="few" text-anchor="middle" x="${width / 2}" y="16">${escapeText(drawn.label.join(' '))}</text>`);
  } else {
    let y = PADDING - 3;
    if (drawn.caption !== '' || drawn.day !== '') {
      y += SMALL.line;
      if (drawn.caption !== '') parts.push(textLine(drawn.caption, PADDING, y - 4, 'caption'));
      if (drawn.day !== '') parts.push(textLine(drawn.day, width - PADDING, y - 4, 'day', true));
      y += 2;
    }
    for (const line of drawn.label) parts.push(textLine(line, PADDING, (y += LABEL.line) - 4, 'label'));
    if (drawn.detail.length > 0) y += 3;
    for (const line of drawn.detail) parts.push(textLine(line, PADDING, (y += SMALL.line) - 3, 'detail'));
  }
  const place = `translate(${round(at.x - width / 2)} ${round(at.y)})`;
  return `<g class="node ${look(node)}" transform="${place}" tabindex="0" role="button" data-node="${escapeText(node.id)}">${parts.join('')}</g>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** Straight down within a row, and in a swing from one row to the next. */
function path(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      const [x, y] = [round(point.x), round(point.y)];
      if (before === undefined) return `M${x} ${y}`;
      if (Math.abs(before.x - point.x) < 0.5) return `L${x} ${y}`;
      const middle = round((before.y + point.y) / 2);
      return `C${round(before.x)} ${middle} ${x} ${middle} ${x} ${y}`;
    })
    .join('');
}

function straight(points: readonly Point[]): string {
  return points.map((point, index) => `${index === 0 ? 'M' : 'L'}${round(point.x)} ${round(point.y)}`).join('');
}

/** Two edges between the same nodes are one line with both labels. */
function merged(edges: readonly GraphEdge[]): GraphEdge[] {
  const by = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to]);
    const known = by.get(key);
    const labels = [known?.label, edge.label].filter((label): label is string => typeof label === 'string' && label !== '');
    by.set(key, { ...edge, label: labels.length > 0 ? labels.join(', ') : null });
  }
  return [...by.values()];
}

function drawLane(lane: Lane, index: number): string {
  const cards = new Map(lane.nodes.map((node) => [node.id, card(node)]));
  const edges = merged(lane.edges).filter((edge) => edge.from !== edge.to);
  const labels = edges.map((edge) => (edge.label === null ? [] : wrap(edge.label, WIDTH - 2 * PADDING, SMALL.size, 3)));
  const placed = layout(
    [...cards].map(([id, { width, height }]) => ({ id, width, height })),
    edges.map(({ from, to }, place) => {
      const lines = labels[place] ?? [];
      const width = Math.max(0, ...lines.map((line) => textWidth(line, SMALL.size))) + 10;
      return { from, to, label: lines.length > 0 ? { width, height: lines.length * SMALL.line + 2 } : null };
    }),
  );
  const arrow = `arrow${index}`;
  const lines = placed.links.map(({ points, back }) => {
    return `<path class="edge${back ? ' back' : ''}" d="${back ? straight(points) : path(points)}" marker-end="url(#${arrow})"/>`;
  });
  const texts = placed.links.flatMap(({ label }, place) => {
    const written = labels[place] ?? [];
    if (label === null) return [];
    const width = Math.max(...written.map((line) => textWidth(line, SMALL.size))) + 10;
    return [
      `<rect class="plate" x="${round(label.x - width / 2)}" y="${round(label.y)}" width="${width}" height="${written.length * SMALL.line + 2}" rx="3"/>`,
      ...written.map(
        (line, row) => `<text class="branch" text-anchor="middle" x="${round(label.x)}" y="${round(label.y + row * SMALL.line + 12)}">${escapeText(line)}</text>`,
      ),
    ];
  });
  const boxes = [...cards].map(([id, drawn]) => drawCard(drawn, placed.boxes.get(id) ?? { x: 0, y: 0 }));
  const [width, height] = [Math.ceil(placed.width) + 2 * MARGIN, Math.ceil(placed.height) + 2 * MARGIN];
  const start = lane.nodes.find((node) => node.kind === 'track') ?? lane.nodes[0];
  return `<svg class="lane" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" role="group" aria-label="${escapeText(start?.label ?? '')}">
<defs><marker id="${arrow}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0.5L8 4L0 7.5z"/></marker></defs>
${lines.join('\n')}
${texts.join('\n')}
${boxes.join('\n')}
</svg>`;
}

const VERDICT_LOOKS: Record<Verdict, string> = {
  'is nurturing': 'good',
  "isn't nurturing": 'bad',
  'is not shown to be nurturing': 'open',
  'is not judged': 'none',
};

function fact(node: GraphNode): string {
  const { caption, label } = words(node);
  const detail = node.detail === null ? '' : `<span class="more">${escapeText(node.detail)}</span>`;
  const day = dayText(node.day);
  const days = day === '' ? '' : `<span class="more">${escapeText(day)}</span>`;
  return `<button class="fact ${node.kind}" data-node="${escapeText(node.id)}"><span class="name">${escapeText(caption)}</span><span class="what">${escapeText(label)}</span>${detail}${days}</button>`;
}

const STYLE = `
:root {
  --back: var(--vscode-editor-background, #ffffff);
  --text: var(--vscode-editor-foreground, #1f2328);
  --muted: var(--vscode-descriptionForeground, #59636e);
  --line: var(--vscode-editorIndentGuide-activeBackground1, #9aa4af);
  --card: var(--vscode-editorWidget-background, #f6f8fa);
  --border: var(--vscode-editorWidget-border, #d1d9e0);
  --focus: var(--vscode-focusBorder, #0969da);
  --blue: var(--vscode-charts-blue, #0969da);
  --green: var(--vscode-charts-green, #1a7f37);
  --yellow: var(--vscode-charts-yellow, #9a6700);
  --red: var(--vscode-charts-red, #cf222e);
  --orange: var(--vscode-charts-orange, #bc4c00);
  --purple: var(--vscode-charts-purple, #8250df);
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: var(--vscode-editor-background, #1f1f1f);
    --text: var(--vscode-editor-foreground, #cccccc);
    --muted: var(--vscode-descriptionForeground, #9d9d9d);
    --line: var(--vscode-editorIndentGuide-activeBackground1, #707070);
    --card: var(--vscode-editorWidget-background, #282828);
    --border: var(--vscode-editorWidget-border, #454545);
    --focus: var(--vscode-focusBorder, #0078d4);
    --blue: var(--vscode-charts-blue, #59a4f9);
    --green: var(--vscode-charts-green, #89d185);
    --yellow: var(--vscode-charts-yellow, #d7ba7d);
    --red: var(--vscode-charts-red, #f48771);
    --orange: var(--vscode-charts-orange, #d18616);
    --purple: var(--vscode-charts-purple, #b180d7);
  }
}
body { margin: 0; padding: 16px 20px 32px; background: var(--back); color: var(--text); font-family: var(--vscode-font-family, system-ui, sans-serif); font-size: 13px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; margin-bottom: 12px; }
h1 { font-size: 17px; font-weight: 600; margin: 0; }
header code { color: var(--muted); font-family: var(--vscode-editor-font-family, monospace); font-size: 12px; }
.verdict { border: 1px solid currentColor; border-radius: 10px; padding: 1px 10px; font-weight: 600; font-size: 12px; }
.good { color: var(--green); } .bad { color: var(--red); } .open { color: var(--yellow); } .none { color: var(--muted); }
.facts { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 18px; }
.fact { text-align: left; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--border); border-left-width: 4px; border-radius: 6px; padding: 7px 12px; max-width: 480px; cursor: pointer; display: flex; flex-direction: column; gap: 2px; }
.fact.goal { border-left-color: var(--green); } .fact.audience { border-left-color: var(--purple); }
.fact .name { color: var(--muted); font-size: 11.5px; font-weight: 600; }
.fact .more { color: var(--muted); font-size: 11.5px; }
.lanes { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 20px; }
.lane { flex: none; background: color-mix(in srgb, var(--card) 45%, transparent); border: 1px solid var(--border); border-radius: 8px; padding: 8px; }
.node { cursor: pointer; outline: none; }
.node:focus-visible .card, .node:hover .card, .fact:focus-visible, .fact:hover { stroke: var(--focus); border-color: var(--focus); outline: none; }
.card { fill: var(--card); stroke: var(--border); stroke-width: 1; }
.track .card { fill: color-mix(in srgb, var(--purple) 14%, var(--card)); stroke: var(--purple); }
.track .label { font-weight: 600; }
.if .card, .split .card, .wait_until .card { fill: color-mix(in srgb, var(--yellow) 9%, var(--card)); stroke: color-mix(in srgb, var(--yellow) 55%, var(--border)); }
.wait .card { fill: var(--back); stroke-dasharray: 3 3; stroke: var(--line); }
.handoff .card, .goal .card { fill: color-mix(in srgb, var(--green) 12%, var(--card)); stroke: var(--green); }
.leave .card { fill: color-mix(in srgb, var(--red) 9%, var(--card)); stroke: color-mix(in srgb, var(--red) 60%, var(--border)); }
.message .stripe { fill: var(--blue); } .impression .stripe { fill: var(--orange); }
.message .caption { fill: var(--blue); } .impression .caption { fill: var(--orange); }
.if .caption, .split .caption, .wait_until .caption { fill: var(--yellow); }
.handoff .caption, .goal .caption { fill: var(--green); } .leave .caption { fill: var(--red); }
text { fill: var(--text); font-size: 13px; }
.caption { font-size: 11.5px; font-weight: 700; fill: var(--muted); }
.few { font-size: 11.5px; }
.day, .detail, .branch { font-size: 11.5px; fill: var(--muted); }
.branch { fill: var(--text); font-style: italic; }
.plate { fill: var(--back); opacity: 0.85; }
.edge { fill: none; stroke: var(--line); stroke-width: 1.4; }
.back { stroke-dasharray: 4 3; }
.head { fill: var(--line); }
.hint, .empty { color: var(--muted); }
`;

// The place in the page is kept, as the page is made anew whenever a file is saved.
const SCRIPT = `
const host = acquireVsCodeApi();
const kept = host.getState();
if (kept) scrollTo(kept.x, kept.y);
addEventListener('scroll', () => host.setState({ x: scrollX, y: scrollY }));
const open = (event) => {
  const node = event.target.closest('[data-node]');
  if (node) host.postMessage({ type: 'open', node: node.dataset.node });
};
addEventListener('click', open);
addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  if (event.target.closest('button')) return; // a button clicks by itself
  event.preventDefault();
  open(event);
});
`;

/** A whole page. `nonce` lets its own style and script through, and nothing else. */
export function journeyPage(program: Program, nonce: string): string {
  const { audience, goals, lanes } = partsOf(program);
  const once = escapeText(nonce);
  const title = program.title ?? program.name;
  const verdict = program.verdict === null ? '' : `<span class="verdict ${VERDICT_LOOKS[program.verdict]}">${escapeText(program.verdict)}</span>`;
  const pictures = lanes.length > 0 ? lanes.map(drawLane).join('\n') : '<p class="empty">This program has no tracks yet.</p>';
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${once}'; script-src 'nonce-${once}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style nonce="${once}">${STYLE}</style>
</head>
<body>
<header><h1>${escapeText(title)}</h1><code>${escapeText(program.name)}</code>${verdict}</header>
<section class="facts">${[...audience, ...goals].map(fact).join('')}</section>
<p class="hint">A click opens the place in the policy. Days count from the start of a track; the first is day 0.</p>
<main class="lanes">${pictures}</main>
<script nonce="${once}">${SCRIPT}</script>
</body>
</html>
`;
}
