import { within } from '../../domain/index-ranges.ts';
import type { IndexRanges } from '../../domain/index-ranges.ts';
import type { Evidence, FileFailure, Outcome } from '../../domain/outcome.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../../domain/revision.ts';
import { MiB, second } from '../../domain/units.ts';
import type { RevisionDigest, Submission, VideoId } from '../../domain/video.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Decision, Journal, OutcomeGrouping, Publication } from '../journal.ts';
import { BodyCache } from './cache.ts';
import { ObjectDecisions } from './decisions.ts';
import { keys } from './names.ts';
import { JournalObjects } from './objects.ts';
import { ObjectOutcomes } from './outcomes.ts';
import { ObjectRevisions } from './revisions.ts';
import { jsonBody, jsonType, valueIn } from './text.ts';

/** Files whose evidence is summed per step. */
const summedFiles = 10_000;

/** Options of an object journal. */
export interface ObjectJournalOptions {
  /** Aborted: what is under way ends with `aborted`. */
  readonly signal?: AbortSignal;
  /** Bytes of objects, as they stand in the store, that are held for readers that come again. */
  readonly cacheBytes?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * A journal below a private prefix of an object store, for any number of processes at a time. `<V>` is a video's id,
 * `<D>` a revision's digest, as `segmentOf` writes them.
 *
 * | key                                            | holds                                         | is written          |
 * |------------------------------------------------|-----------------------------------------------|---------------------|
 * | `submissions/<V>`                              | the latest submission                         | over the former     |
 * | `decisions/<V>/<number>-<type>-<digest>`       | a decision                                    | once                |
 * | `revisions/<V>/<D>/files-<from>-<to>`          | files with these indices, 1,000 of them       | before the header   |
 * | `revisions/<V>/<D>/documents`                  | documents with their bytes                    | before the header   |
 * | `revisions/<V>/<D>/header`                     | the rest; of a small plan, all. It is what    | last, if none is    |
 * |                                                | seals a revision                              |                     |
 * | `outcomes/<V>/<order>-<counts>-<random>`       | what one call recorded, or forgot             | once                |
 * | `publications/<V>`                             | the latest publication                        | over the former     |
 * | `settings/<name>`                              | a setting                                     | `settle`: if none is |
 *
 * What may have many lines is gzipped NDJSON (files, documents, outcomes, the header of a small plan), everything else is
 * JSON. Each object begins with its `format`. Videos are ordered by `<V>`, so that two listings suffice to find those which
 * were submitted and not published.
 *
 * The store must honour `If-None-Match: *`, or be guarded (`storage/guard.ts`).
 *
 * @throws {FlantsError} from all methods, as `JournalObjects` says
 */
export function openObjectJournal(store: ObjectStore, options: ObjectJournalOptions = {}): Journal {
  return new ObjectJournal(store, options);
}

class ObjectJournal implements Journal {
  /** A batch is one object, or some if it takes long: what is told and not yet written costs a look if the process dies. */
  readonly grouping: OutcomeGrouping = { maxOutcomes: 100, maxDelayMs: 5 * second };
  readonly #objects: JournalObjects;
  readonly #revisions: ObjectRevisions;
  readonly #outcomes: ObjectOutcomes;
  readonly #decisions: ObjectDecisions;

  constructor(store: ObjectStore, options: ObjectJournalOptions) {
    const { signal = new AbortController().signal, cacheBytes = 32 * MiB, now = Date.now } = options;
    const cache = new BodyCache(cacheBytes);
    this.#objects = new JournalObjects(store, signal);
    this.#revisions = new ObjectRevisions(this.#objects, cache);
    this.#outcomes = new ObjectOutcomes({ objects: this.#objects, cache, now });
    this.#decisions = new ObjectDecisions(this.#objects, cache);
  }

  seal(revision: Revision): Promise<void> {
    return this.#revisions.seal(revision);
  }

  revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    return this.#revisions.revision(video, digest);
  }

  files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    return this.#revisions.files(video, digest, ranges);
  }

  recordOutcomes(video: VideoId, outcomes: readonly Outcome[]): Promise<void> {
    return this.#outcomes.record(video, outcomes);
  }

  forget(video: VideoId, fileKeys: readonly string[]): Promise<void> {
    return this.#outcomes.forget(video, fileKeys);
  }

  evidence(
    video: VideoId,
    fileKeys: readonly string[],
    options?: { readonly mayLag: boolean },
  ): Promise<ReadonlyMap<string, Evidence>> {
    return this.#outcomes.evidence(video, fileKeys, options);
  }

  async sizeOf(video: VideoId, digest: RevisionDigest, ranges: IndexRanges): Promise<number> {
    const end = ranges.at(-1)?.[1] ?? 0;
    let sizeBytes = 0;
    for (let from = 0; from < end; from += summedFiles) {
      const files = await this.files(video, digest, within(ranges, [from, from + summedFiles]));
      const evidence = await this.evidence(
        video,
        files.map(({ file }) => file.key),
        { mayLag: from > 0 },
      );
      for (const { file } of files) sizeBytes += evidence.get(file.key)?.sizeBytes ?? 0;
    }
    return sizeBytes;
  }

  failedTries(video: VideoId, key: string): Promise<readonly FileFailure[]> {
    return this.#outcomes.failedTries(video, key);
  }

  failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>> {
    return this.#outcomes.failures(video);
  }

  async recordPublication(publication: Publication): Promise<void> {
    await this.#write(keys.publication(publication.video), publication);
  }

  publication(video: VideoId): Promise<Publication | undefined> {
    return this.#value<Publication>(keys.publication(video));
  }

  decide(decision: Decision): Promise<void> {
    return this.#decisions.decide(decision);
  }

  decisions(video: VideoId): AsyncIterable<Decision> {
    return this.#decisions.decisions(video);
  }

  submission(video: VideoId): Promise<Submission | undefined> {
    return this.#decisions.submission(video);
  }

  submissions(after?: VideoId): AsyncIterable<Submission> {
    return this.#decisions.submissions(after);
  }

  unpublished(after?: VideoId): AsyncIterable<VideoId> {
    return this.#decisions.videos('unpublished', after);
  }

  published(after?: VideoId): AsyncIterable<VideoId> {
    return this.#decisions.videos('published', after);
  }

  /**
   * The submission goes before the decisions, so that the video is not admitted again without them, and those go last:
   * by them what is left of a purge that was cut short is found, and can be purged again.
   */
  async purge(video: VideoId): Promise<void> {
    await this.#revisions.purge(video);
    await this.#objects.removeAll(keys.outcomes(video));
    await this.#objects.remove(keys.publication(video));
    await this.#objects.remove(keys.submission(video));
    await this.#objects.removeAll(keys.decisions(video));
    this.#outcomes.drop(video);
  }

  async setting(name: string): Promise<unknown> {
    return (await this.#value<{ readonly value: unknown }>(keys.setting(name)))?.value;
  }

  async setSetting(name: string, value: unknown): Promise<void> {
    await this.#write(keys.setting(name), { value });
  }

  async settle(name: string, value: unknown): Promise<unknown> {
    const known = await this.#value<{ readonly value: unknown }>(keys.setting(name));
    if (known) return known.value;
    await this.#objects.write(keys.setting(name), jsonBody({ value }), { contentType: jsonType, createOnly: true });
    return this.setting(name);
  }

  async #write(key: string, value: object): Promise<void> {
    await this.#objects.write(key, jsonBody(value), { contentType: jsonType });
  }

  /** The value of an object; undefined where nothing stands. */
  async #value<T>(key: string): Promise<T | undefined> {
    const body = await this.#objects.read(key);
    return body && valueIn<T>(body, `${this.#objects.name}/${key}`);
  }
}
