/** A string of a JSON text: where it stands in the document and in the text. */
export interface JsonString {
  /** Names of members and numbers of elements, from the root. */
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** The place of what is between the quotes, half-open. */
  readonly start: number;
  readonly end: number;
}

/** A container that is being read. */
interface Open {
  readonly isArray: boolean;
  /** Member or element that comes next; undefined while a member's name is awaited. */
  key: string | number | undefined;
}

/**
 * Finds the strings of a JSON text, so that some can be exchanged and the rest stays byte for byte.
 * Keeps its own stack: text from afar may nest as deep as it likes.
 *
 * @param text - valid JSON
 */
export function findJsonStrings(text: string): readonly JsonString[] {
  const found: JsonString[] = [];
  const stack: Open[] = [];
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    const parent = stack.at(-1);
    if (token === '{' || token === '[') {
      stack.push({ isArray: token === '[', key: token === '[' ? 0 : undefined });
    } else if (token === '}' || token === ']') {
      stack.pop();
    } else if (token === ',') {
      if (parent) parent.key = parent.isArray ? Number(parent.key) + 1 : undefined;
    } else if (parent && parent.key === undefined) {
      parent.key = String(JSON.parse(token));
    } else {
      const path = stack.map(({ key }) => key ?? '');
      found.push({ path, value: String(JSON.parse(token)), start: index + 1, end: index + token.length - 1 });
    }
  }
  return found;
}
