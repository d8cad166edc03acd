import type { LibraryReport } from '../domain/report.ts';
import type { ObjectTreatment } from '../domain/object-headers.ts';
import type { StoreCapabilities } from '../storage/object-store.ts';

/** What a destination may lack, and what that means for a library. */
interface Shortcoming {
  readonly isOf: (capabilities: StoreCapabilities) => boolean;
  readonly meaning: string;
}

const risks: readonly Shortcoming[] = [
  {
    isOf: ({ createOnly }) => !createOnly,
    meaning:
      'the destination does not honour If-None-Match: what another writer puts there at the same moment may be overwritten',
  },
  {
    isOf: ({ replaceOnly }) => !replaceOnly,
    meaning:
      'the destination does not honour If-Match: what another writer changes at the same moment may be overwritten',
  },
  {
    isOf: ({ checksums }) => checksums === 'none',
    meaning:
      'the destination does not check checksums: each object is compared after it was written, and stands there meanwhile',
  },
];

const losses: readonly Shortcoming[] = [
  {
    isOf: ({ metadata }) => !metadata,
    meaning:
      'user metadata, by which an object says what it is a copy of: without the state, a copy cannot tell its own',
  },
  {
    isOf: ({ cacheControl }) => !cacheControl,
    meaning: 'Cache-Control: whoever serves the library has to set it',
  },
  {
    isOf: ({ emptySegments }) => !emptySegments,
    meaning: 'a//b apart from a/b: names with an empty segment are renamed, and the playlists rewritten',
  },
];

const treatments: Readonly<Record<keyof ObjectTreatment, string>> = {
  storageClass: 'the storage class of --header-policy: objects are in the usual one',
  encryption: 'the encryption of --header-policy, or does not tell of it: objects lie there as the bucket has it',
  tags: 'the tags of --header-policy',
};

/** What reports say of a destination: what it does not guard and what it does not keep. */
export function shortcomingsOf(capabilities: StoreCapabilities): Required<Pick<LibraryReport, 'unguarded' | 'unkept'>> {
  const of = (list: readonly Shortcoming[]): readonly string[] =>
    list.filter(({ isOf }) => isOf(capabilities)).map(({ meaning }) => meaning);
  return {
    unguarded: of(risks),
    unkept: [...of(losses), ...(capabilities.untreated ?? []).map((part) => treatments[part])],
  };
}
