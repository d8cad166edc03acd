import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Behaviour, SeenRequest } from './origin.ts';

const encoders = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const;

/**
 * A server that codes all that it sends, one file after another by another coding, whatever was asked for; every other
 * answer has status 206.
 */
export function codeAnswers(
  files: Iterable<{ readonly path: string; readonly body: Uint8Array | string }>,
): (request: Pick<SeenRequest, 'path'>) => Behaviour | undefined {
  const answers = new Map<string, Behaviour>();
  for (const { path, body: plain } of files) {
    const number = answers.size;
    const [coding, encode] = encoders[number % encoders.length] ?? encoders[0];
    const body = encode(plain);
    const length = body.byteLength;
    const isRange = number % 2 === 1;
    answers.set(path, {
      kind: 'answer',
      status: isRange ? 206 : 200,
      headers: {
        'content-encoding': coding,
        'content-length': String(length),
        ...(isRange ? { 'content-range': `bytes 0-${length - 1}/${length}` } : {}),
      },
      body,
    });
  }
  return ({ path }) => answers.get(path);
}
