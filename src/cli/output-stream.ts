import { writeSync } from 'node:fs';

/** A stream of this process, as far as it is written to here. */
type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'> & { readonly fd: number };

/** What could not be written to a stream. */
export interface LostOutput {
  /** Why. Undefined where nothing was lost, or the reader has gone, as in `flants report … | head`. */
  readonly reason: () => string | undefined;
}

/**
 * Keeps a process going whose log or output cannot be written, for example on a full disk. What cannot be written is
 * dropped. As soon as something can be written again, a line says how often that happened.
 *
 * Node destroys a stream at its first error, so that from then on the file is written to directly.
 */
export function keepWriting(stream: Stream, write: typeof writeSync = writeSync): LostOutput {
  let reason: string | undefined;
  let unsaid = 0;
  const isWritten = (text: string): boolean => {
    try {
      write(stream.fd, text);
      return true;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      return false;
    }
  };
  const writeDirectly = (text: string): boolean => {
    if (unsaid > 0 && isWritten(`flants: dropped output (writes: ${unsaid}): ${reason}\n`)) unsaid = 0;
    if (unsaid > 0 || !isWritten(text)) unsaid += 1;
    return true;
  };
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || reason !== undefined) return;
    reason = error.message;
    unsaid = 1;
    stream.write = (chunk: string | Uint8Array) => writeDirectly(String(chunk));
  });
  return { reason: () => reason };
}
