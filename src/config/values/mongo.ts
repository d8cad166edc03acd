/** Dotted paths of a submission's fields in a catalogue document. */
export interface MongoFields {
  readonly id?: string;
  readonly playlistUrl?: string;
  readonly title?: string;
  readonly recordedAt?: string;
}

const fieldNames = ['id', 'playlistUrl', 'title', 'recordedAt'] as const;

/** Parses a dotted path such as `hls.master`. Undefined for a path that MongoDB could not update. */
export function parseFieldPath(text: string): string | undefined {
  return /^[^\s.$][^\s.]*(?:\.[^\s.$][^\s.]*)*$/.test(text) ? text : undefined;
}

/** Parses assignments such as `playlistUrl=hls.master`. Undefined if one does not have this form. */
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

/** Parses a query in (Extended) JSON. Undefined if it is not a JSON object. */
export function parseMongoFilter(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
