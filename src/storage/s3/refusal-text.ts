import { KiB } from '../../domain/units.ts';

/** Enough of a refusal: its code and message stand at the beginning. */
const maxRefusalBytes = 64 * KiB;

/** Reads the beginning of a refusal's body. */
export async function refusalText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    heldBytes += chunk.byteLength;
    if (heldBytes >= maxRefusalBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
