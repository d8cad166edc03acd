/** A string of a JSON text: where it stands in the document and in the text. */
export interface JsonString {
  /** How many containers it is in. */
  readonly depth: number;
  /** The last steps of its path: names of members, and numbers of elements. Whole paths may be as long as the text, each. */
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** The place of what is between the quotes, half-open. */
  readonly start: number;
  readonly end: number;
}

/** Steps of a path that are told. */
const toldSteps = 3;

/** A container that is being read. */
interface Open {
  readonly isArray: boolean;
  /** Member or element that comes next; undefined while a member's name is awaited. */
  key: string | number | undefined;
}

/**
 * Finds the strings of a JSON text one after the other, so that some can be exchanged and the rest stays byte for byte.
 * Keeps its own stack: text from afar may nest as deep as it likes.
 *
 * @param text - valid JSON
 */
export function* findJsonStrings(text: string): Generator<JsonString, void> {
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
      const path = stack.slice(-toldSteps).map(({ key }) => key ?? '');
      const [start, end] = [index + 1, index + token.length - 1];
      yield { depth: stack.length, path, value: String(JSON.parse(token)), start, end };
    }
  }
}
