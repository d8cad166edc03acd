import type { Readable } from 'node:stream';

/**
 * Adapts a stream to a body of the ports: its bytes, once, in order. A reader that leaves early destroys the stream,
 * even before the first read, which a stream's own iterator does not do.
 *
 * @param errorOf - converts an error of the stream for the reader
 */
export function bodyOf(stream: Readable, errorOf: (error: unknown) => Error): AsyncIterable<Uint8Array> {
  // A destroyed stream emits an error, which would be unhandled when the reader is gone.
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
