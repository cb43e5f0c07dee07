/** Checks of what comes from outside: arguments of commands, messages of the picture, addresses of virtual documents. */
import { isObject, isPosition, isRange, type Position, type Range } from './protocol';

export interface References {
  uri: string;
  position: Position;
  locations: { uri: string; range: Range }[];
}

/** The arguments of `nurture.showReferences`: [uri, position, locations], as the protocol writes them. */
export function readReferences(args: readonly unknown[]): References | undefined {
  const [uri, position, given] = args;
  if (typeof uri !== 'string' || !isPosition(position) || !Array.isArray(given)) return undefined;
  const locations = given.flatMap((location: unknown) =>
    isObject(location) && typeof location['uri'] === 'string' && isRange(location['range'])
      ? [{ uri: location['uri'], range: location['range'] }]
      : [],
  );
  return locations.length === given.length ? { uri, position, locations } : undefined;
}

/** The arguments of `nurture.showJourney`: [uri, program]. From the palette there are none. */
export function readJourney(args: readonly unknown[]): { uri: string; program: string } | undefined {
  const [uri, program] = args;
  return typeof uri === 'string' && typeof program === 'string' ? { uri, program } : undefined;
}

/** A click in the picture: the id of a node. */
export function readClick(message: unknown): string | undefined {
  return isObject(message) && message['type'] === 'open' && typeof message['node'] === 'string' ? message['node'] : undefined;
}

/** What a virtual document shows. It stands in the document's address, so that it can be made again after a change. */
export type View =
  | { view: 'plan'; uri: string }
  | { view: 'graph'; uri: string; program: string }
  | { view: 'explain'; name: string }
  | { view: 'simulate'; uri: string; lead: string; days: number };

export function readView(query: string): View | undefined {
  let given: unknown;
  try {
    given = JSON.parse(query);
  } catch {
    return undefined;
  }
  if (!isObject(given)) return undefined;
  const { view, uri, program, name, lead, days } = given;
  if (view === 'explain' && typeof name === 'string') return { view, name };
  if (typeof uri !== 'string') return undefined;
  if (view === 'plan') return { view, uri };
  if (view === 'graph' && typeof program === 'string') return { view, uri, program };
  if (view === 'simulate' && typeof lead === 'string' && typeof days === 'number') return { view, uri, lead, days };
  return undefined;
}

/** The number of days to play, as typed: a whole number from 1, or undefined. */
export function readDays(typed: string): number | undefined {
  const days = Number(typed);
  return /^\d+$/.test(typed.trim()) && days >= 1 && days <= 3650 ? days : undefined;
}

/** The titles of the tests in a file, in order. */
export function testTitles(source: string): string[] {
  return [...source.matchAll(/^test\s+"((?:[^"\\\n]|\\.)*)"/gm)].map(([, title = '']) =>
    title.replace(/\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))/g, (_, code: string | undefined, letter: string) => {
      if (code !== undefined) return String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff));
      return letter === 'n' ? '\n' : letter === 't' ? '\t' : letter;
    }),
  );
}
