import { emptyBits, hasBit, putBit, rangesOfBits } from './bits.ts';
import type { Bits } from './bits.ts';
import type { Failure } from './failure.ts';
import { indicesOf, subtract, union } from './index-ranges.ts';
import type { IndexRanges } from './index-ranges.ts';
import type { Live } from './live.ts';
import { isSettled, publishedSituation } from './video.ts';
import type { Generation, Hold, NextLook, RevisionDigest, VideoRecord } from './video.ts';

/** A video's record with the bits behind its counts. */
export interface Tally {
  readonly record: VideoRecord;
  readonly done: Bits;
  readonly failed: Bits;
  readonly accepted: Bits;
}

/** Files that are neither done nor failed. */
export function openFiles({ record, done, failed }: Tally): IndexRanges {
  if (isSettled(record)) return [];
  const { total } = record;
  return subtract([[0, total]], union(rangesOfBits(done, total), rangesOfBits(failed, total)));
}

/** A change to a video's tally. Each names the generation it belongs to. */
export type Change =
  /**
   * First sight, or a fresh start with a new generation; a known revision and its bits stay; why it was invalid or
   * live and its restarts are reset. `hold` and `fresh` are for a first sight: a known video keeps its own. `asked` is for both:
   * where it is another than before, revision and bits go too, as they are of another playlist.
   */
  | {
      readonly type: 'open';
      readonly seen?: Generation;
      readonly generation: Generation;
      readonly hold?: Hold;
      readonly fresh?: boolean;
      readonly asked?: string;
    }
  /** First sight of a video that was published and retired, as the journal tells: every file is done but those accepted, and that was told. */
  | {
      readonly type: 'restore';
      readonly generation: Generation;
      readonly revision: RevisionDigest;
      readonly total: number;
      /** Missing at the destination, and accepted. */
      readonly accepted: IndexRanges;
      readonly hold?: Hold;
      readonly fresh?: boolean;
    }
  /**
   * A sealed plan. The files in `done` are known to be there; every other bit is unset.
   * The same revision registered anew is to be proven anew, so it is no longer published.
   */
  | {
      readonly type: 'register';
      readonly seen: Generation;
      readonly generation: Generation;
      readonly revision: RevisionDigest;
      readonly total: number;
      readonly done: readonly number[];
    }
  /** Outcomes of a batch. Done outweighs failed, whichever comes first. */
  | {
      readonly type: 'record';
      readonly generation: Generation;
      readonly revision: RevisionDigest;
      readonly done: readonly number[];
      readonly failed: readonly number[];
    }
  /**
   * Open these again, whatever they were: objects vanished, or a person wants another try.
   * Take a new generation by `open` first, so that no late outcome undoes it.
   */
  | {
      readonly type: 'reopen';
      readonly generation: Generation;
      readonly revision: RevisionDigest;
      readonly files: readonly number[];
    }
  /** Publish without these failed files. */
  | {
      readonly type: 'accept';
      readonly generation: Generation;
      readonly revision: RevisionDigest;
      readonly files: readonly number[];
    }
  /** Resets the restarts and the next look. */
  | { readonly type: 'publish'; readonly generation: Generation; readonly revision: RevisionDigest }
  /** Takes the place of what was live. */
  | { readonly type: 'invalidate'; readonly generation: Generation; readonly failure: Failure }
  /**
   * A look has found that its recording is not over. Takes the place of why it was invalid, and resets the next look at
   * what has failed. The first in a row puts it before the backlog, as a recording is fresh when it ends.
   */
  | { readonly type: 'live'; readonly generation: Generation; readonly live: Live }
  | { readonly type: 'hold'; readonly generation: Generation; readonly hold: Hold | null }
  | { readonly type: 'prioritise'; readonly generation: Generation; readonly fresh: boolean }
  /** `count`: how many there were with this one, so that who says it twice counts it once. A new plan keeps it. */
  | { readonly type: 'restart'; readonly generation: Generation; readonly count: number }
  /** Kept until it is published, so that the distance between looks grows. */
  | { readonly type: 'look'; readonly generation: Generation; readonly nextLook: NextLook }
  /** `announced`: the situation, as `situationOf` names it. */
  | { readonly type: 'announce'; readonly generation: Generation; readonly announced: string };

/** `stale`: the change belongs to a generation or revision that is no longer the video's. */
export type Changed = { readonly result: 'applied'; readonly tally: Tally } | { readonly result: 'stale' };

const stale: Changed = { result: 'stale' };

/**
 * Applies one change to a video's tally: the meaning that every ledger gives to
 * its operations. Exact and idempotent: the same change twice is the same as once.
 *
 * | change     | refused as stale unless                                        |
 * |------------|----------------------------------------------------------------|
 * | open       | `seen` is the present generation (or both are absent), or it was applied already |
 * | restore    | the ledger does not know the video, or it was applied already  |
 * | register   | `seen` is the present generation, or it was applied already    |
 * | others     | generation matches; revision too, where the change names one   |
 *
 * @param tally - absent for a video the ledger does not know
 */
export function applyChange(tally: Tally | undefined, change: Change): Changed {
  const now = tally?.record.generation;
  if (change.type === 'open') {
    if (now === change.generation && tally) return { result: 'applied', tally };
    if (now !== change.seen) return stale;
    return { result: 'applied', tally: tally ? openedAnew(tally, change) : emptyTally(change) };
  }
  if (change.type === 'restore') {
    if (!tally) return { result: 'applied', tally: restored(change) };
    return now === change.generation && tally.record.revision === change.revision
      ? { result: 'applied', tally }
      : stale;
  }
  if (!tally) return stale;
  if (change.type === 'register') {
    if (now === change.generation && tally.record.revision === change.revision) return { result: 'applied', tally };
    return now === change.seen ? register(tally, change) : stale;
  }
  if (now !== change.generation) return stale;
  switch (change.type) {
    case 'invalidate':
      return applied(tally, ({ live: _, ...record }) => ({ ...record, invalid: change.failure }));
    case 'live':
      return applied(tally, ({ invalid: _, nextLook: __, ...record }) => ({
        ...record,
        ...(record.live ? {} : { fresh: true }),
        live: change.live,
      }));
    case 'hold':
      return applied(tally, ({ hold: _, ...rest }) => (change.hold ? { ...rest, hold: change.hold } : rest));
    case 'prioritise':
      return applied(tally, ({ fresh: _, ...rest }) => (change.fresh ? { ...rest, fresh: true } : rest));
    case 'restart':
      return applied(tally, (record) => ({ ...record, restarts: change.count }));
    case 'look':
      return applied(tally, (record) => ({ ...record, nextLook: change.nextLook }));
    case 'announce':
      return applied(tally, (record) => ({ ...record, announced: change.announced }));
    case 'publish':
      if (tally.record.revision !== change.revision) return stale;
      return applied(tally, ({ restarts: _, nextLook: __, ...rest }) => ({ ...rest, published: change.revision }));
    case 'record':
    case 'reopen':
    case 'accept':
      return tally.record.revision === change.revision ? markFiles(tally, change) : stale;
  }
}

function openedAnew(tally: Tally, { generation, asked }: Extract<Change, { type: 'open' }>): Tally {
  const { invalid: _, live: __, restarts: ___, ...facts } = tally.record;
  if (asked === undefined || asked === facts.asked) return { ...tally, record: { ...facts, generation } };
  const { revision: ____, ...rest } = facts;
  const unplanned = emptyTally({ generation, asked });
  return { ...unplanned, record: { ...rest, ...unplanned.record } };
}

function restored(change: Extract<Change, { type: 'restore' }>): Tally {
  const { revision, total } = change;
  const empty = emptyTally(change);
  const begun: Tally = {
    record: { ...empty.record, revision, total, published: revision },
    done: emptyBits(total),
    failed: emptyBits(total),
    accepted: emptyBits(total),
  };
  const accepted = [...indicesOf(change.accepted)];
  const done = [...indicesOf(subtract([[0, total]], change.accepted))];
  const { tally } = markFiles(begun, { type: 'record', done, failed: accepted });
  const { tally: whole } = markFiles(tally, { type: 'accept', files: accepted });
  return { ...whole, record: { ...whole.record, announced: publishedSituation(whole.record) } };
}

function register(tally: Tally, change: Extract<Change, { type: 'register' }>): Changed {
  const { published, hold, fresh, announced, restarts, asked, nextLook } = tally.record;
  const begun: Tally = {
    record: {
      generation: change.generation,
      revision: change.revision,
      total: change.total,
      done: 0,
      failed: 0,
      accepted: 0,
      ...(published === undefined || published === change.revision ? {} : { published }),
      ...(hold === undefined ? {} : { hold }),
      ...(fresh === undefined ? {} : { fresh }),
      ...(announced === undefined ? {} : { announced }),
      ...(restarts === undefined ? {} : { restarts }),
      ...(asked === undefined ? {} : { asked }),
      ...(nextLook === undefined ? {} : { nextLook }),
    },
    done: emptyBits(change.total),
    failed: emptyBits(change.total),
    accepted: emptyBits(change.total),
  };
  return markFiles(begun, { type: 'record', done: change.done, failed: [] });
}

type FileChange =
  | { readonly type: 'record'; readonly done: readonly number[]; readonly failed: readonly number[] }
  | { readonly type: 'reopen' | 'accept'; readonly files: readonly number[] };

function markFiles(tally: Tally, change: FileChange): Extract<Changed, { result: 'applied' }> {
  const { total } = tally.record;
  const [done, failed, accepted] = [tally.done.slice(), tally.failed.slice(), tally.accepted.slice()];
  const counts = { done: tally.record.done, failed: tally.record.failed, accepted: tally.record.accepted };
  const put = (name: keyof typeof counts, bits: Bits, index: number, value: boolean): void => {
    if (putBit(bits, index, value)) counts[name] += value ? 1 : -1;
  };
  const within = (indices: readonly number[]): readonly number[] =>
    indices.filter((index) => Number.isInteger(index) && index >= 0 && index < total);

  if (change.type === 'record') {
    for (const index of within(change.failed)) if (!hasBit(done, index)) put('failed', failed, index, true);
    for (const index of within(change.done)) {
      put('done', done, index, true);
      put('failed', failed, index, false);
      put('accepted', accepted, index, false);
    }
  } else if (change.type === 'accept') {
    for (const index of within(change.files)) if (hasBit(failed, index)) put('accepted', accepted, index, true);
  } else {
    for (const index of within(change.files)) {
      put('done', done, index, false);
      put('failed', failed, index, false);
      put('accepted', accepted, index, false);
    }
  }
  const record = { ...tally.record, ...counts };
  return { result: 'applied', tally: { record: stillPublished(tally.record, record), done, failed, accepted } };
}

/**
 * What was published names the files that were missing and accepted, and says of the others that they are there. Once
 * either has changed, it is published again.
 */
function stillPublished(before: VideoRecord, after: VideoRecord): VideoRecord {
  const { published, ...others } = after;
  const isOutdated = after.done < before.done || after.accepted < before.accepted;
  return isOutdated && published === after.revision ? others : after;
}

function applied(tally: Tally, change: (record: VideoRecord) => VideoRecord): Changed {
  return { result: 'applied', tally: { ...tally, record: change(tally.record) } };
}

type FirstSight = Pick<Extract<Change, { type: 'open' }>, 'generation' | 'hold' | 'fresh' | 'asked'>;

function emptyTally({ generation, hold, fresh, asked }: FirstSight): Tally {
  return {
    record: {
      generation,
      total: 0,
      done: 0,
      failed: 0,
      accepted: 0,
      ...(hold === undefined ? {} : { hold }),
      ...(fresh ? { fresh } : {}),
      ...(asked === undefined ? {} : { asked }),
    },
    done: emptyBits(0),
    failed: emptyBits(0),
    accepted: emptyBits(0),
  };
}
