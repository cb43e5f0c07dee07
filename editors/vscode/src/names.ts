/** The names that the manifest, the extension and the language server share. */

export const LANGUAGE = 'nurture';

/** What stands in the command palette. */
export const PALETTE_COMMANDS = [
  'nurture.showJourney',
  'nurture.showGraph',
  'nurture.showPlan',
  'nurture.test',
  'nurture.explainRule',
  'nurture.simulate',
  'nurture.restart',
  'nurture.showOutput',
] as const;

/** What the server may put on its lenses because this client carries it out. */
export const LENS_COMMANDS = ['nurture.showReferences', 'nurture.showJourney'] as const;

export type Command = (typeof PALETTE_COMMANDS)[number] | (typeof LENS_COMMANDS)[number];

/** What the server carries out. The client library registers these by itself once the server has named them. */
export const SERVER_COMMANDS = { runTest: 'nurture.runTest', explain: 'nurture.explain' } as const;

/** Sent by the server when the rulebook has been asked, which takes longer than a request should: verdicts are new. */
export const JUDGED = 'nurture/judged';

export const REQUESTS = { plan: 'nurture/plan', graph: 'nurture/graph', simulate: 'nurture/simulate' } as const;
