import type { Evidence, FileFailure, Outcome } from '../../domain/outcome.ts';
import { MiB, minute, second } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import type { BodyCache } from './cache.ts';
import { keys as names } from './names.ts';
import type { JournalObjects } from './objects.ts';
import { OutcomeIndex } from './outcome-index.ts';
import { keyOf, lineOf, outcomeName, readOutcomeName } from './outcome-names.ts';
import type { OutcomeLine } from './outcome-names.ts';
import { linesBody, linesIn, linesType } from './text.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';

/** Objects of a video read concurrently. */
const width = 16;
const day = 24 * 60 * minute;
/** How long before a listing an object may have got its order that was written after it: by a slow request, or a wrong clock. */
const maxLagMs = 15 * second;
/** How long what clocks that are further off have written may stay unseen by `mayLag`. */
const listWholeEveryMs = minute;
/** Some 400,000 files. */
const maxIndexBytes = 8 * MiB;

/** What an `ObjectOutcomes` works with. */
export interface OutcomePorts {
  readonly objects: JournalObjects;
  readonly cache: BodyCache;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Outcomes in an object journal: one object per call, none of which is ever changed.
 *
 * The order of objects decides which line counts, not the time in the evidence. As with Lamport clocks, an object is ordered
 * after everything that its writer had seen of the video, so a wrong clock cannot undo what came later. Objects of writers
 * that have not seen each other are ordered by their clocks.
 *
 * Each read lists the video's objects, one request per thousand, and fetches those that are new to this process. A read for a
 * batch lists only what may be new since the listing before: a video of a million files has ten thousand batches, and each of
 * them would list the objects of all others.
 */
export class ObjectOutcomes {
  readonly #objects: JournalObjects;
  readonly #cache: BodyCache;
  readonly #now: () => number;
  readonly #index = new OutcomeIndex(maxIndexBytes);

  constructor({ objects, cache, now }: OutcomePorts) {
    this.#objects = objects;
    this.#cache = cache;
    this.#now = now;
  }

  /** Leaves failures out that say what the latest one of their file has said within a day: at each look they come again. */
  async record(video: VideoId, outcomes: readonly Outcome[]): Promise<void> {
    const failed = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.failure.key] : []));
    const latest = await this.#failuresOf(video, new Set(failed));
    const news = outcomes.filter(
      (outcome) => outcome.kind !== 'failed' || !saysTheSame(latest.get(outcome.failure.key), outcome.failure),
    );
    await this.#append(video, news.map(lineOf));
  }

  async forget(video: VideoId, keys: readonly string[]): Promise<void> {
    await this.#append(
      video,
      keys.map((key) => ({ kind: 'forgotten', key })),
    );
  }

  async evidence(
    video: VideoId,
    keys: readonly string[],
    { mayLag = false }: { readonly mayLag?: boolean } = {},
  ): Promise<ReadonlyMap<string, Evidence>> {
    const found = new Map<string, Evidence>();
    if (keys.length === 0) return found;
    const listed = mayLag ? await this.#listNews(video) : await this.#list(video);
    for await (const line of this.#linesOf(video, new Set(keys), listed)) {
      if (line.kind === 'known') found.set(line.evidence.key, line.evidence);
      if (line.kind === 'forgotten') found.delete(line.key);
    }
    return found;
  }

  async failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>> {
    const listed = await this.#list(video);
    const telling = listed.filter((key) => readOutcomeName(key).failed > 0);
    const [first] = telling;
    if (first === undefined) return new Map();
    const keys = new Set<string>();
    for await (const lines of readAhead(telling, width, (key) => this.#read(key))) {
      for (const line of lines) if (line.kind === 'failed') keys.add(line.failure.key);
    }
    return this.#failuresOf(video, keys, listed.slice(listed.indexOf(first)));
  }

  async failedTries(video: VideoId, key: string): Promise<readonly FileFailure[]> {
    const found = new Map<string, FileFailure>();
    for await (const line of this.#linesOf(video, new Set([key]), await this.#list(video))) {
      if (line.kind === 'failed') found.set(JSON.stringify(line.failure), line.failure);
    }
    return [...found.values()];
  }

  /** The latest failure of each of these keys, by what these objects tell. */
  async #failuresOf(
    video: VideoId,
    keys: ReadonlySet<string>,
    listed?: readonly string[],
  ): Promise<ReadonlyMap<string, FileFailure>> {
    const found = new Map<string, FileFailure>();
    if (keys.size === 0) return found;
    for await (const line of this.#linesOf(video, keys, listed ?? (await this.#list(video)))) {
      if (line.kind === 'failed') found.set(line.failure.key, line.failure);
      if (line.kind === 'known') found.delete(line.evidence.key);
    }
    return found;
  }

  /** Lets go of what this process knows of a video. */
  drop(video: VideoId): void {
    this.#index.drop(video);
  }

  async #append(video: VideoId, lines: readonly OutcomeLine[]): Promise<void> {
    if (lines.length === 0) return;
    // To stand behind what others wrote, one must have seen it.
    if (!this.#index.has(video)) await this.#list(video);
    const known = this.#index.of(video);
    known.order = Math.max(this.#now() * 1_000, known.order + 1);
    const key = names.outcomes(video) + outcomeName(known.order, lines);
    const body = linesBody({ video }, lines);
    await this.#objects.write(key, body, { contentType: linesType });
    this.#cache.put(key, body);
    known.add(key, lines.map(keyOf));
    this.#index.shrink();
  }

  /** The lines about these keys in these objects, in their order. Learns what objects tell of that are new here. */
  async *#linesOf(video: VideoId, keys: ReadonlySet<string>, listed: readonly string[]): AsyncGenerator<OutcomeLine> {
    const known = this.#index.of(video);
    const telling = known.tellingOf(keys, listed);
    const read = readAhead(telling, width, async (key) => ({ key, lines: await this.#read(key) }));
    for await (const { key, lines } of read) {
      if (!known.has(key)) known.add(key, lines.map(keyOf));
      yield* lines.filter((line) => keys.has(keyOf(line)));
    }
    this.#index.shrink();
  }

  /** Keys of the video's objects in their order: those that were listed before, and what may be new since. */
  async #listNews(video: VideoId): Promise<readonly string[]> {
    const at = this.#now();
    const known = this.#index.of(video);
    const { keys, at: listedAt, wholeAt } = known.listing;
    if (Math.abs(at - wholeAt) >= listWholeEveryMs) return this.#list(video);
    const sinceOrder = (listedAt - maxLagMs) * 1_000;
    const first = keys.findLastIndex((key) => readOutcomeName(key).order < sinceOrder) + 1;
    // At least the last one, which who has seen it writes behind.
    const from = Math.min(first, keys.length - 1);
    const before = keys[from - 1];
    if (before === undefined) return this.#list(video);
    const news: string[] = [];
    for await (const key of this.#objects.list(names.outcomes(video), before)) news.push(key);
    // They are only ever removed with their video.
    if (news[0] !== keys[from]) return this.#list(video);
    const listed = [...keys.slice(0, from), ...news];
    known.listing = { keys: listed, at, wholeAt };
    known.order = Math.max(known.order, readOutcomeName(listed.at(-1) ?? '').order);
    return listed;
  }

  /** Keys of the video's objects in their order. What was purged is known no more. */
  async #list(video: VideoId): Promise<readonly string[]> {
    const at = this.#now();
    const listed: string[] = [];
    for await (const key of this.#objects.list(names.outcomes(video))) listed.push(key);
    const known = this.#index.of(video);
    known.order = Math.max(known.order, readOutcomeName(listed.at(-1) ?? '').order);
    known.keep(listed);
    known.listing = { keys: listed, at, wholeAt: at };
    return listed;
  }

  async #read(key: string): Promise<readonly OutcomeLine[]> {
    const body = await this.#cache.get(key, () => this.#objects.read(key));
    if (!body) return [];
    return linesIn(body, `${this.#objects.name}/${key}`).map((line) => JSON.parse(line) as OutcomeLine);
  }
}

/** Whether a failure of a file was told already, after as many tries or more. */
function saysTheSame(latest: FileFailure | undefined, failure: FileFailure): boolean {
  return (
    latest !== undefined &&
    latest.url === failure.url &&
    latest.tries >= failure.tries &&
    Math.abs(Date.parse(failure.at) - Date.parse(latest.at)) < day &&
    JSON.stringify(latest.failure) === JSON.stringify(failure.failure)
  );
}
