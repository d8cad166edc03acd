import type { ReadRange } from './object-store.ts';

/** The bytes of a range, where all of a body comes. Leaves the rest unread. */
export async function* rangeOf(
  body: AsyncIterable<Uint8Array>,
  { from, to }: ReadRange,
): AsyncGenerator<Uint8Array, void> {
  let at = 0;
  for await (const chunk of body) {
    const wanted = chunk.subarray(Math.max(0, from - at), Math.max(0, to + 1 - at));
    at += chunk.byteLength;
    if (wanted.byteLength > 0) yield wanted;
    if (at > to) return;
  }
}

/** Reads a body whole, whatever its size. */
export async function collectBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
