/** One attribute of a tag, with the place of its value. */
export interface Attribute {
  readonly name: string;
  /** Without quotes. */
  readonly value: string;
  readonly quoted: boolean;
  /** The value's place, quotes not included: half-open, counted from the offset that was given. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads an attribute list (RFC 8216 section 4.2) in one pass, passing over what is none.
 * A quote that is never closed ends with the list.
 *
 * @param list - what follows the colon of a tag
 * @param at - where the list begins in the text that the spans shall be counted in
 */
export function readAttributes(list: string, at = 0): readonly Attribute[] {
  const attributes: Attribute[] = [];
  let position = 0;
  while (position < list.length) {
    const separator = findAny(list, '=,', position);
    const name = list.slice(position, separator).trim();
    if (list.charAt(separator) !== '=') {
      position = separator + 1;
      continue;
    }
    const value = readValue(list, separator + 1);
    if (name !== '') {
      attributes.push({
        name,
        value: list.slice(value.start, value.end),
        quoted: value.quoted,
        start: at + value.start,
        end: at + value.end,
      });
    }
    position = findAny(list, ',', value.next) + 1;
  }
  return attributes;
}

/** The values of an attribute list by name; of a name that stands there twice, the last. */
export function attributeValues(list: string): ReadonlyMap<string, string> {
  return new Map(readAttributes(list).map(({ name, value }) => [name, value]));
}

interface ValueSpan {
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
  /** Where to look for the next comma. */
  readonly next: number;
}

function readValue(list: string, from: number): ValueSpan {
  let start = from;
  while (/\s/.test(list.charAt(start))) start++;
  if (list.charAt(start) === '"') {
    const end = findAny(list, '"', start + 1);
    return { start: start + 1, end, quoted: true, next: end + 1 };
  }
  const comma = findAny(list, ',', start);
  return { start, end: start + list.slice(start, comma).trimEnd().length, quoted: false, next: comma };
}

/** Index of the first of these characters, or the end of the text. */
function findAny(text: string, characters: string, from: number): number {
  for (let at = from; at < text.length; at++) if (characters.includes(text.charAt(at))) return at;
  return text.length;
}
