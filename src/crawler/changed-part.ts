/**
 * The one part by which two paths differ, in the one and in the other: `/v/a-12_0.ts` and `/v/a-34_0.ts` differ in `12` and
 * `34`.
 *
 * @returns undefined where they are the same, `other` where no one part can be told
 */
export function changedPart(a: string, b: string): readonly [a: string, b: string] | 'other' | undefined {
  if (a === b) return undefined;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const wordStart = start - wordBefore(a, start);
  const word = [wordAt(a, wordStart), wordAt(b, wordStart)] as const;
  // The part may stand in a path several times.
  if (word[0] !== '' && word[1] !== '' && a.replaceAll(word[0], word[1]) === b) return word;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  while (end > 0 && isWord(a.at(-end))) end--;
  const whole = [a.slice(wordStart, a.length - end), b.slice(wordStart, b.length - end)] as const;
  const isPart = whole.every((part) => part !== '' && !part.includes('/'));
  return isPart ? whole : 'other';
}

function wordBefore(text: string, at: number): number {
  let length = 0;
  while (isWord(text[at - length - 1])) length++;
  return length;
}

function wordAt(text: string, at: number): string {
  let end = at;
  while (isWord(text[end])) end++;
  return text.slice(at, end);
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[0-9A-Za-z]/.test(character);
}
