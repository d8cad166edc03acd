import type { LibraryReport } from '../domain/report/copy.ts';
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
      'the destination does not honour If-None-Match: an object that another writer creates at the same moment may be overwritten',
  },
  {
    isOf: ({ replaceOnly }) => !replaceOnly,
    meaning:
      'the destination does not honour If-Match: an object that another writer changes at the same moment may be overwritten',
  },
  {
    isOf: ({ checksums }) => checksums === 'none',
    meaning:
      'the destination does not check checksums: FLAnts compares each object after writing it, so a damaged one is visible for a moment',
  },
];

const losses: readonly Shortcoming[] = [
  {
    isOf: ({ metadata }) => !metadata,
    meaning:
      'user metadata, which says what an object is a copy of: without the state, a copy does not recognise its own objects',
  },
  {
    isOf: ({ cacheControl }) => !cacheControl,
    meaning: 'Cache-Control: set it where the library is served',
  },
  {
    isOf: ({ emptySegments }) => !emptySegments,
    meaning: 'empty segments in names (a//b): such names are changed, and the playlists rewritten',
  },
];

const treatments: Readonly<Record<keyof ObjectTreatment, string>> = {
  storageClass: 'the storage class of --header-policy: objects are in the default class',
  encryption:
    "the encryption of --header-policy, or does not report it: objects are encrypted as the bucket's default says",
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
