/** Parses JSON so that no number loses digits. Undefined if it is none. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: /[\s:,[]-?\d{16}/.test(text) ? parseWithSource(text, withAllDigits) : JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Numbers that would lose digits become Int64 of Extended JSON or, beyond its bounds, text. */
const withAllDigits: ReviverOfSource = (_, value, { source = '' }) => {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(source)) return value;
  return BigInt.asIntN(64, BigInt(source)) === BigInt(source) ? { $numberLong: source } : source;
};

/** A reviver that is given the text of each number: https://tc39.es/proposal-json-parse-with-source/ */
type ReviverOfSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: ReviverOfSource) => unknown;
