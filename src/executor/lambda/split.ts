import type { BatchMessage, FileTask } from '../../domain/batch.ts';
import { maxPayloadBytes, sizeOf } from './message.ts';

/** Bounds of one invocation. */
export interface InvocationLimits {
  /** Of the request as JSON. */
  readonly payloadBytes: number;
  /** Of the files, as far as their sizes are known. */
  readonly fileBytes: number;
}

/** Bytes of files that a function copies in its time also where its network is slow: 15 minutes at 10 MB/s. */
const maxFileBytes = 8_000_000_000;

/** The bounds of the service, and of a function's time. */
export const defaultInvocationLimits: InvocationLimits = { payloadBytes: maxPayloadBytes, fileBytes: maxFileBytes };

/**
 * Splits a batch that is too large for one invocation, in playing order. A file that is too large by itself goes alone.
 *
 * @param surroundingBytes - of the request without its files
 * @returns the batch itself where it fits
 */
export function splitBatch(
  batch: BatchMessage,
  surroundingBytes: number,
  limits: InvocationLimits = defaultInvocationLimits,
): readonly BatchMessage[] {
  const parts: FileTask[][] = [];
  let [payload, bytes] = [0, 0];
  for (const file of batch.files) {
    const [filePayload, fileBytes] = [sizeOf(file) + 1, knownBytesOf(file)];
    const last = parts.at(-1);
    const fits =
      last !== undefined &&
      surroundingBytes + payload + filePayload <= limits.payloadBytes &&
      bytes + fileBytes <= limits.fileBytes;
    if (fits) {
      last.push(file);
      payload += filePayload;
      bytes += fileBytes;
    } else {
      parts.push([file]);
      [payload, bytes] = [filePayload, fileBytes];
    }
  }
  return parts.length <= 1 ? [batch] : parts.map((files) => ({ ...batch, files }));
}

/** Both halves of a batch that the service refused for its size. Undefined for a single file. */
export function halve(batch: BatchMessage): readonly BatchMessage[] | undefined {
  const middle = Math.ceil(batch.files.length / 2);
  if (batch.files.length < 2) return undefined;
  return [batch.files.slice(0, middle), batch.files.slice(middle)].map((files) => ({ ...batch, files }));
}

function knownBytesOf({ prior, minSizeBytes = 0 }: FileTask): number {
  return Math.max(prior?.sizeBytes ?? 0, minSizeBytes);
}
