/** Breaks text into lines. Nothing can be measured before it is drawn, so widths are estimated, rather too wide. */

/** The width of a text, in units of its font size. */
function ems(text: string): number {
  let sum = 0;
  for (const letter of text) {
    if (/[iljtfr.,:;'|!()[\] ]/.test(letter)) sum += 0.34;
    else if (/[mwMW@%—…]/.test(letter)) sum += 0.9;
    else if (/[A-Z]/.test(letter)) sum += 0.7;
    else if (/[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]|\p{Extended_Pictographic}/u.test(letter)) sum += 1.1;
    else sum += 0.57;
  }
  return sum;
}

export function textWidth(text: string, size: number): number {
  return Math.ceil(ems(text) * size);
}

/** At most `most` lines of at most `width`; what does not fit ends in an ellipsis. */
export function wrap(text: string, width: number, size: number, most: number): string[] {
  const fits = (line: string): boolean => textWidth(line.trimEnd(), size) <= width;
  const lines: string[] = [];
  let line = '';
  const put = (part: string): void => {
    if (line !== '' && !fits(line + part)) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += part;
  };
  for (const word of text.replace(/\s+/g, ' ').trim().split(/(?<= )/)) {
    // A word longer than a line, such as a long name or an address, breaks behind a sign, or else anywhere.
    if (fits(word)) put(word);
    else for (const part of word.split(/(?<=[_/.(,-])/)) for (const piece of fits(part) ? [part] : [...part]) put(piece);
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  if (lines.length <= most) return lines;
  let last = lines[most - 1] ?? '';
  while (last !== '' && !fits(`${last}…`)) last = [...last].slice(0, -1).join('');
  return [...lines.slice(0, most - 1), `${last.trimEnd()}…`];
}
