/** A line of a file. `bytes` is undefined if the line is too long. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
}

const lineFeed = 0x0a;

/** Splits bytes at line feeds, with one line in memory at a time. The last line needs no line feed. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxLineBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let lineBytes = 0;
  const append = (part: Uint8Array): void => {
    lineBytes += part.byteLength;
    if (lineBytes <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const flush = (): Line => {
    const line = { number: number++, bytes: lineBytes > maxLineBytes ? undefined : joined(parts) };
    parts = [];
    lineBytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      append(chunk.subarray(from, end));
      yield flush();
      from = end + 1;
    }
    if (from < chunk.byteLength) append(chunk.subarray(from));
  }
  if (lineBytes > 0) yield flush();
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
