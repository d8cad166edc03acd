import type { Evidence } from './outcome.ts';

/** The bytes at a key after a copy. */
interface Present extends Pick<Evidence, 'sizeBytes' | 'crc32'> {
  /** Whether other bytes stood there before, of which there was no evidence. */
  readonly isReplacement: boolean;
}

/**
 * When an object last got other bytes under its name. It is kept for as long as there is evidence, as what was replaced
 * on the way to a publication that never came about is still to be told of by the next.
 *
 * | evidence before                    | now                         |               |
 * |------------------------------------|-----------------------------|---------------|
 * | of other bytes                     | any                         | now           |
 * | none, or without a checksum        | written over something else | now           |
 * | of the same bytes, or not known of | any                         | as before     |
 * | none                               | created, or found           | never         |
 *
 * Bytes and not writes are compared, so that it is also known where a worker was lost between the two: evidence of
 * the former bytes is still there when the file is copied again.
 *
 * @param at - ISO 8601 instant
 * @returns the field of the evidence
 */
export function replacedAt(
  prior: Evidence | undefined,
  { sizeBytes, crc32, isReplacement }: Present,
  at: string,
): Pick<Evidence, 'replacedAt'> {
  const areKnown = prior !== undefined && prior.crc32 !== '' && crc32 !== '';
  const differ = areKnown ? prior.crc32 !== crc32 || prior.sizeBytes !== sizeBytes : isReplacement;
  if (differ) return { replacedAt: at };
  return prior?.replacedAt === undefined ? {} : { replacedAt: prior.replacedAt };
}

/** What of a publication has got other bytes under its name. */
export interface Replaced {
  /** By key, when each file last did: what later publications need not tell of again. */
  readonly files: Readonly<Record<string, string>>;
  /** Keys, in ascending order, of which caches may hold former bytes: playlists as well. */
  readonly stale: readonly string[];
  /** Since when there are any. ISO 8601 instant. */
  readonly since: string;
  /** Whether a CDN is being told of them: until it was, the publication is not done. */
  readonly isBeingTold?: true;
  /** Of a cache that was told of all that was stale, which is then nothing any more. */
  readonly invalidated?: Invalidated;
}

/** That a cache was told. */
export interface Invalidated {
  /** Such as `CloudFront distribution E2EXAMPLE`. */
  readonly by: string;
  readonly paths: number;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** What publishing a video has found. */
export interface FoundReplaced {
  /** By key, when each file of the revision last got other bytes, of those that did. */
  readonly files: Readonly<Record<string, string>>;
  /** Keys of documents that got other bytes with this publication. */
  readonly documents: readonly string[];
}

/** A publication's record once the CDN was told. */
export function told({ isBeingTold: _, ...replaced }: Replaced, invalidated: Invalidated): Replaced {
  return { ...replaced, stale: [], invalidated };
}

/**
 * What is to be recorded as replaced: what was not told of before, and what nobody has heard of yet.
 *
 * @param last - as of the last publication
 * @param context.at - ISO 8601 instant
 * @param context.hasCdn - whether one is told
 * @returns undefined where nothing was ever replaced
 */
export function replacedSince(
  last: Replaced | undefined,
  found: FoundReplaced,
  { at, hasCdn }: { readonly at: string; readonly hasCdn: boolean },
): Replaced | undefined {
  const files = Object.entries(found.files).filter(([key, when]) => last?.files[key] !== when);
  const fresh = [...files.map(([key]) => key), ...found.documents];
  if (fresh.length === 0 && Object.keys(found.files).length === 0 && !last) return undefined;
  const waiting = last?.stale ?? [];
  const stale = [...new Set([...waiting, ...fresh])].toSorted();
  const { invalidated } = last ?? {};
  return {
    files: found.files,
    stale,
    since: last && waiting.length > 0 ? last.since : at,
    ...(hasCdn && stale.length > 0 ? { isBeingTold: true } : {}),
    ...(invalidated && stale.length === 0 ? { invalidated } : {}),
  };
}
