/** Fills in a snippet as somebody would who presses nothing but the Tab key. */
export function fillIn(body: readonly string[]): string {
  const defaults = new Map<string, string>();
  const plain = (text: string): string => text.replace(/\\([\\$}|,])/g, '$1');
  const filled = body
    .join('\n')
    .replace(/\$\{(\d+)(?:\|((?:\\.|[^|\\])*)\||:((?:\\.|[^}\\])*))\}|\$(\d+)|\$\{(\d+)\}/g, (_, number: string, choices?: string, text?: string, bare?: string, braced?: string) => {
      const again = bare ?? braced;
      if (again !== undefined) return defaults.get(again) ?? '';
      // The same number is the same place: what it said first is said everywhere.
      const value = defaults.get(number) ?? plain(choices === undefined ? (text ?? '') : (/^(?:\\.|[^,\\])*/.exec(choices)?.[0] ?? ''));
      defaults.set(number, value);
      return value;
    });
  return `${filled}\n`;
}

/** Every choice of every list, each by itself. */
export function choices(body: readonly string[]): string[][] {
  return [...body.join('\n').matchAll(/\$\{\d+\|((?:\\.|[^|\\])*)\|\}/g)].map(([, list = '']) => list.split(','));
}

/** The body with the first lists cut down to one choice each: `picks[n]` is the place in the n-th list. */
export function pick(body: readonly string[], picks: ReadonlyMap<number, number>): string[] {
  let list = -1;
  return body.join('\n').replace(/(\$\{\d+\|)((?:\\.|[^|\\])*)(\|\})/g, (_, open: string, given: string, close: string) => {
    list += 1;
    return open + (given.split(',')[picks.get(list) ?? 0] ?? '') + close;
  }).split('\n');
}
