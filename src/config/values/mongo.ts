/** Where in a document of the catalogue the parts of a submission stand: dotted paths. */
export interface MongoFields {
  readonly id?: string;
  readonly playlistUrl?: string;
  readonly title?: string;
  readonly recordedAt?: string;
}

const fieldNames = ['id', 'playlistUrl', 'title', 'recordedAt'] as const;

/** Reads a dotted path such as `hls.master`; undefined where it is none that a document could be written by. */
export function parseFieldPath(text: string): string | undefined {
  return /^[^\s.$][^\s.]*(?:\.[^\s.$][^\s.]*)*$/.test(text) ? text : undefined;
}

/** Reads `playlistUrl=hls.master` and the like; undefined where one is not of this form. */
export function parseMongoFields(texts: readonly string[]): MongoFields | undefined {
  const fields: { -readonly [Name in keyof MongoFields]: MongoFields[Name] } = {};
  for (const text of texts) {
    const [, left, right = ''] = /^(\w+)\s*=\s*(\S+)$/.exec(text) ?? [];
    const name = fieldNames.find((each) => each === left);
    const path = parseFieldPath(right);
    if (name === undefined || path === undefined) return undefined;
    fields[name] = path;
  }
  return fields;
}

/** Reads a query in (Extended) JSON; undefined where it is no JSON object. */
export function parseMongoFilter(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
