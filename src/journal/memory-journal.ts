import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Evidence, FileFailure, OutcomeRecord } from '../domain/outcome.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import type { RevisionDigest, Submission, VideoId } from '../domain/video.ts';
import type { Decision, Journal, Publication } from './journal.ts';

/** A journal that ends with its process: for runs that keep no state, and for tests. */
export class MemoryJournal implements Journal {
  readonly #revisions = new Map<VideoId, Map<RevisionDigest, Revision>>();
  readonly #evidence = new Map<string, Evidence>();
  readonly #failures = new Map<VideoId, Map<string, FileFailure>>();
  readonly #publications = new Map<VideoId, Publication>();
  /** By their text, which tells the same decision made twice. */
  readonly #decisions = new Map<string, Decision>();
  readonly #submissions = new Map<VideoId, Submission>();
  readonly #settings = new Map<string, string>();

  async seal(revision: Revision): Promise<void> {
    const sealed = entryOf(this.#revisions, revision.video);
    if (!sealed.has(revision.digest)) sealed.set(revision.digest, structuredClone(revision));
  }

  async revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    const revision = this.#revisions.get(video)?.get(digest);
    if (!revision) return undefined;
    const { files: _, ...header } = revision;
    return structuredClone(header);
  }

  async files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    const files = this.#revisions.get(video)?.get(digest)?.files ?? [];
    return ranges.flatMap(([from, to]) =>
      files.slice(from, to).map((file, offset) => ({ index: from + offset, file })),
    );
  }

  async recordOutcomes(records: readonly OutcomeRecord[]): Promise<void> {
    for (const { video, outcome } of records) {
      const failures = entryOf(this.#failures, video);
      if (outcome.kind === 'failed') {
        failures.set(outcome.failure.key, outcome.failure);
      } else {
        this.#evidence.set(outcome.evidence.key, outcome.evidence);
        failures.delete(outcome.evidence.key);
      }
    }
  }

  async forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#evidence.delete(key);
  }

  async evidence(keys: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
    return new Map(
      keys.flatMap((key) => {
        const evidence = this.#evidence.get(key);
        return evidence ? [[key, evidence]] : [];
      }),
    );
  }

  async sizeOf(video: VideoId, digest: RevisionDigest): Promise<number> {
    const files = this.#revisions.get(video)?.get(digest)?.files ?? [];
    return files.reduce((sum, { key }) => sum + (this.#evidence.get(key)?.sizeBytes ?? 0), 0);
  }

  async failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>> {
    return new Map(this.#failures.get(video));
  }

  async recordPublication(publication: Publication): Promise<void> {
    this.#publications.set(publication.video, publication);
  }

  async publication(video: VideoId): Promise<Publication | undefined> {
    return this.#publications.get(video);
  }

  async decide(decision: Decision): Promise<void> {
    const text = JSON.stringify(decision);
    if (this.#decisions.has(text)) return;
    this.#decisions.set(text, decision);
    if (decision.type === 'submitted') this.#submissions.set(decision.video, decision.submission);
  }

  async *decisions(video?: VideoId): AsyncIterable<Decision> {
    for (const decision of this.#decisions.values()) {
      if (video === undefined || decision.video === video) yield decision;
    }
  }

  async submission(video: VideoId): Promise<Submission | undefined> {
    return this.#submissions.get(video);
  }

  async *submissions(): AsyncIterable<Submission> {
    const videos = [...this.#submissions.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const video of videos) {
      const submission = this.#submissions.get(video);
      if (submission) yield submission;
    }
  }

  async setting(name: string): Promise<unknown> {
    const value = this.#settings.get(name);
    return value === undefined ? undefined : JSON.parse(value);
  }

  async setSetting(name: string, value: unknown): Promise<void> {
    this.#settings.set(name, JSON.stringify(value));
  }

  async close(): Promise<void> {}
}

/** The map of a video, made at first need. */
function entryOf<K, V>(maps: Map<VideoId, Map<K, V>>, video: VideoId): Map<K, V> {
  const known = maps.get(video);
  if (known) return known;
  const made = new Map<K, V>();
  maps.set(video, made);
  return made;
}
