/**
 * Splits the text of a list at its separators, and drops blanks around items and empty ones. An item that begins with
 * `{` is JSON, such as the id of a video that is a document: separators within it are its own.
 */
export function splitList(text: string, separator: string): readonly string[] {
  const items: string[] = [];
  const parts = text.split(separator);
  for (let from = 0; from < parts.length; from++) {
    const to = (parts[from] ?? '').trimStart().startsWith('{') ? endOfJson(parts, from, separator) : from + 1;
    items.push(parts.slice(from, to).join(separator).trim());
    from = to - 1;
  }
  return items.filter((item) => item !== '');
}

/** Where the JSON ends that begins with this part. If it is none: behind that part. */
function endOfJson(parts: readonly string[], from: number, separator: string): number {
  for (let to = from + 1; to <= parts.length; to++) {
    try {
      JSON.parse(parts.slice(from, to).join(separator));
      return to;
    } catch {
      // Not yet.
    }
  }
  return from + 1;
}
