import { backoffMs } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { KiB, MiB, minute, second } from '../domain/units.ts';

/** The end of one file, as it bears on how many are copied at a time. */
export interface EndedFile {
  /** Bytes that were copied. */
  readonly bytes: number;
  /** The source or the store asked for less. */
  readonly throttled: boolean;
  /** Whether another file was waiting for this one's place. */
  readonly wasAwaited: boolean;
}

/** Finds out how many files are worth copying at a time. */
export interface StreamLimit {
  /** Files that may be in flight at any time. */
  readonly most: number;
  /** Files that may be in flight now. */
  current(): number;
  ended(file: EndedFile): void;
}

/** Settings of a limit. */
export interface StreamLimitOptions {
  readonly first: number;
  readonly most: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

/** A file costs something beside its bytes: about what so many bytes cost. Libraries mix small and large files. */
const bytesPerFile = 64 * KiB;
/** Of larger files, half as many are as fast to begin with, and take half the memory. */
const largeBytes = MiB;
/** The shortest time over which a rate is measured. */
const windowMs = second / 4;
/** The fewest files of which a rate is measured. */
const windowFiles = 8;
/** Share of the files that have to have been waited for: otherwise there was too little work to tell anything. */
const saturatedShare = 0.75;
/** Share of the added streams that has to show in the rate. */
const worthwhile = 0.2;
/** Loss of rate that is taken for noise when streams are left out. */
const noise = 0.03;
/** Looks at more streams until they are given up, and at fewer until they are kept: networks are uneven. */
const [looksAtMore, looksAtFewer] = [3, 2];
const [firstGrowth, laterGrowth] = [2, 1.5];
const rests: Backoff = { baseDelayMs: second, maxDelayMs: minute };
/** After a throttle, others that were on their way already do not count. */
const cutPauseMs = second;
const fewest = 1;

/** What a limit is doing. */
type Phase =
  /** Nothing until then. */
  | { readonly name: 'resting'; readonly until: number }
  /** The present rate, to compare with. */
  | { readonly name: 'measuring' }
  /** Whether another limit than `from` is better, which had `rate`; how often that was looked at. */
  | { readonly name: 'trying'; readonly from: number; readonly rate: number; readonly looks: number };

/**
 * Creates a limit that grows while more streams bring more: doubled as long as the rate rises with it, then held. From
 * time to time it tries whether more would bring more by now, or fewer no less. A throttle halves it, and so do large files
 * among the first. A near server is thus asked by few streams, and one at 80 ms by as many as its distance wants.
 */
export function createStreamLimit({ first, most, now }: StreamLimitOptions): StreamLimit {
  let limit = Math.min(first, most);
  let phase: Phase = { name: 'measuring' };
  let growth: number = firstGrowth;
  /** Conclusions in a row. */
  let concluded = 0;
  let triesMore = true;
  let cutAt = -Infinity;
  /** Files that were begun under another limit, and are not to be counted. */
  let unsettled = limit;
  /** Of the files that were begun before anything was known of them. Undefined once they have ended. */
  let firstBytes: number | undefined = 0;
  let window = emptyWindow(now());

  const changeTo = (next: number): void => {
    unsettled = limit;
    limit = next;
  };
  const rest = (): void => {
    phase = { name: 'resting', until: now() + backoffMs(rests, concluded) };
  };
  const tryOther = (rate: number): void => {
    const next = triesMore
      ? Math.min(most, Math.ceil(limit * growth))
      : Math.max(fewest, Math.floor(limit / laterGrowth));
    if (next === limit) return conclude();
    phase = { name: 'trying', from: limit, rate, looks: 0 };
    changeTo(next);
  };
  const conclude = (): void => {
    growth = laterGrowth;
    triesMore = !triesMore || limit <= fewest;
    rest();
    concluded += 1;
  };
  const judge = (rate: number): void => {
    if (phase.name === 'measuring') return tryOther(rate);
    if (phase.name !== 'trying') return;
    const { from, rate: before } = phase;
    const looks = phase.looks + 1;
    const areMore = limit > from;
    const isBetter = rate >= before * (areMore ? 1 + worthwhile * (limit / from - 1) : 1 - noise);
    if (areMore !== isBetter && looks < (areMore ? looksAtMore : looksAtFewer)) {
      phase = { ...phase, looks };
      return;
    }
    if (isBetter) return tryOther(rate);
    changeTo(from);
    conclude();
  };
  const settle = (): void => {
    const areLarge = firstBytes !== undefined && firstBytes > limit * largeBytes;
    firstBytes = undefined;
    if (areLarge) changeTo(Math.ceil(limit / 2));
    window = emptyWindow(now());
  };
  const cut = (): void => {
    if (now() - cutAt < cutPauseMs) return;
    cutAt = now();
    firstBytes = undefined;
    changeTo(Math.max(fewest, Math.floor(limit / 2)));
    growth = laterGrowth;
    triesMore = true;
    concluded = 0;
    rest();
  };

  return {
    most,
    current: () => limit,
    ended({ bytes, throttled, wasAwaited }) {
      if (throttled) return cut();
      if (phase.name === 'resting') {
        if (now() < phase.until) return;
        phase = { name: 'measuring' };
        window = emptyWindow(now());
      }
      if (unsettled > 0) {
        unsettled -= 1;
        if (firstBytes !== undefined) firstBytes += bytes;
        if (unsettled === 0) settle();
        return;
      }
      window.files += 1;
      window.work += bytes + bytesPerFile;
      if (wasAwaited) window.awaited += 1;
      const elapsedMs = now() - window.startedAt;
      if (elapsedMs < windowMs || window.files < Math.max(windowFiles, limit)) return;
      const { files, work, awaited } = window;
      window = emptyWindow(now());
      if (awaited >= files * saturatedShare) judge(work / elapsedMs);
    },
  };
}

function emptyWindow(startedAt: number): { startedAt: number; files: number; work: number; awaited: number } {
  return { startedAt, files: 0, work: 0, awaited: 0 };
}
