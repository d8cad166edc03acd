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
