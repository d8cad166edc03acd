import { gunzipSync, gzipSync } from 'node:zlib';
import { FlantsError } from '../../domain/failure.ts';

/** The beginning of every object of the journal. */
interface Formatted {
  readonly format: 1;
}

/** Content type of an object that holds one value. */
export const jsonType = 'application/json';
/** Content type of an object that holds lines: gzip of NDJSON. */
export const linesType = 'application/gzip';

/** The body of an object with one value. Undefined fields are left out. */
export function jsonBody(value: object): Buffer {
  return Buffer.from(JSON.stringify({ format: 1, ...value } satisfies Formatted));
}

/**
 * Parses the body of an object with one value.
 *
 * @param place - of the object, for messages
 * @throws {FlantsError} `state.unusable` where it is none, or of another format
 */
export function valueIn<T>(body: Uint8Array, place: string): T {
  const { format: _, ...value } = formatted(Buffer.from(body).toString(), place);
  return value as T;
}

/** Takes less than half the time of the usual level, for a few hundredths more bytes. */
const gzipLevel = 1;

/** The body of an object with many lines, each a JSON value. The first line is the head. */
export function linesBody(head: object, lines: readonly unknown[]): Buffer {
  const text = [{ format: 1, ...head } satisfies Formatted, ...lines].map((line) => `${JSON.stringify(line)}\n`);
  return gzipSync(text.join(''), { level: gzipLevel });
}

/**
 * The lines of such an object without the head, for the caller to parse.
 *
 * @throws {FlantsError} `state.unusable` as `valueIn`
 */
export function linesIn(body: Uint8Array, place: string): readonly string[] {
  return headAndLinesIn(body, place).lines;
}

/** Such an object with what its head tells. Throws as `linesIn`. */
export function headAndLinesIn<T>(
  body: Uint8Array,
  place: string,
): { readonly head: T; readonly lines: readonly string[] } {
  const [first = '', ...lines] = unzipped(body, place).split('\n');
  const { format: _, ...head } = formatted(first, place);
  return { head: head as T, lines: lines.slice(0, -1) };
}

/** Whether a body has lines, or else one value. RFC 1952 section 2.3.1. */
export function hasLines(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function unzipped(body: Uint8Array, place: string): string {
  try {
    return gunzipSync(body).toString();
  } catch (error) {
    throw unreadable(place, error);
  }
}

function formatted(text: string, place: string): Formatted {
  const value = parsed(text, place);
  if (typeof value === 'object' && value !== null && 'format' in value && value.format === 1) return value as Formatted;
  throw unreadable(place);
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(place, error);
  }
}

function unreadable(place: string, cause?: unknown): FlantsError {
  return new FlantsError(
    'state.unusable',
    `${place} is damaged, or was written by a newer version of FLAnts; update FLAnts, or restore the object`,
    { cause },
  );
}
