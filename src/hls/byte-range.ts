/** Part of an object, as `EXT-X-BYTERANGE` writes it. */
export interface ByteRange {
  readonly length: number;
  /** Absent: goes on where the previous range of the same object ended. */
  readonly offset?: number;
}

/** Reads `<length>[@<offset>]` (RFC 8216 section 4.3.2.2); undefined where that is none. */
export function readByteRange(text: string): ByteRange | undefined {
  const match = /^(\d+)(?:\s*@\s*(\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const length = Number(match[1]);
  const offset = match[2] === undefined ? 0 : Number(match[2]);
  if (!Number.isSafeInteger(length + offset)) return undefined;
  return match[2] === undefined ? { length } : { length, offset };
}
