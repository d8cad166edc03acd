import type { Readable } from 'node:stream';

/**
 * The bytes of a stream as ports give them out: once, in order. Left early it lets go of what is behind it,
 * also when nothing was read yet, which a stream's own iterator does not.
 *
 * @param errorOf - what an error of the stream means to the reader
 */
export function bodyOf(stream: Readable, errorOf: (error: unknown) => Error): AsyncIterable<Uint8Array> {
  // A stream that is destroyed reports that as an error, to nobody if its reader has gone.
  stream.on('error', () => undefined);
  return {
    [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array, undefined> => {
      const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
      return {
        next: () =>
          chunks.next().catch((error: unknown) => {
            throw errorOf(error);
          }),
        return: () => {
          stream.destroy();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}
