/**
 * The shape of a line of output: what differs between two runs of the same command is replaced. Counts and sizes remain,
 * because the library of the documents is always the same.
 */
export function shapeOf(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'DATE')
    .replaceAll(/\b[0-9a-f]{16,64}\b/g, 'HEX')
    .replaceAll(/state\/flants\/[\w.~-]+/g, 'state/flants/STATE')
    .replaceAll(/\d[\d.,]* (?:B|KiB|MiB|GiB)\/s/g, 'RATE')
    .replaceAll(/(?:\d[\d.,]* (?:ms|s|min|h)\b ?)+/g, 'TIME ')
    .replaceAll(/ +/g, ' ')
    .trim();
}

/**
 * Whether an output has the shape that a document shows. `…` stands for any text: within a line, or on a line of its own
 * for any number of lines. Videos may be published in any order.
 *
 * @returns what does not fit first. Undefined if all fits
 */
export function firstMisfit(shown: readonly string[], said: readonly string[]): string | undefined {
  const expected = inOrder(shown.map(shapeOf));
  const actual = inOrder(said.map(shapeOf));
  let at = 0;
  for (const [line, pattern] of expected.entries()) {
    if (pattern === '…') {
      const next = expected[line + 1];
      if (next === undefined) return undefined;
      while (at < actual.length && !fits(next, actual[at] ?? '')) at++;
      if (at === actual.length) return `missing: ${next}`;
    } else if (fits(pattern, actual[at])) at++;
    else return `shown: ${pattern}\nsaid:  ${actual[at] ?? '(nothing)'}`;
  }
  return at < actual.length ? `not shown: ${actual[at]}` : undefined;
}

function fits(pattern: string, line: string | undefined): boolean {
  if (line === undefined) return false;
  const parts = pattern.split('…').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return pattern === line || new RegExp(`^${parts.join('.*')}$`).test(line);
}

/**
 * The same lines, without what depends on the order in which videos are published: names of videos that are published,
 * and how many lines a long library takes to say how far it is.
 */
function inOrder(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.replace(/^[^:]+: published$/, 'VIDEO: published').replace(/^published: .*; /, 'published: '))
    .filter((line, at, all) => !(line.startsWith('published: ') && all[at + 1]?.startsWith('published: ')));
}
