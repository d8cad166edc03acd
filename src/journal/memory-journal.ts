import { compareUtf8 } from '../domain/compare-utf8.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import type { RevisionDigest, Submission, VideoId } from '../domain/video.ts';
import type { Decision, Journal, Publication } from './journal.ts';

/** What is known of one video. */
class VideoEntry {
  readonly revisions = new Map<RevisionDigest, Revision>();
  readonly evidence = new Map<string, Evidence>();
  readonly failures = new Map<string, FileFailure>();
  /** By their JSON. */
  readonly tries = new Map<string, FileFailure>();
  /** By their text, which tells the same decision made twice. */
  readonly decisions = new Map<string, Decision>();
  publication: Publication | undefined;
  submission: Submission | undefined;
}

/** A journal that ends with its process: for runs that keep no state, and for tests. */
export class MemoryJournal implements Journal {
  readonly grouping = { maxOutcomes: 1_000, maxDelayMs: 0 };
  readonly #videos = new Map<VideoId, VideoEntry>();
  readonly #settings = new Map<string, string>();

  async seal(revision: Revision): Promise<void> {
    const { revisions } = this.#entry(revision.video);
    if (!revisions.has(revision.digest)) revisions.set(revision.digest, structuredClone(revision));
  }

  async revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    const revision = this.#videos.get(video)?.revisions.get(digest);
    if (!revision) return undefined;
    const { files: _, ...header } = revision;
    return structuredClone(header);
  }

  async files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    const files = this.#videos.get(video)?.revisions.get(digest)?.files ?? [];
    return ranges.flatMap(([from, to]) =>
      files.slice(from, to).map((file, offset) => ({ index: from + offset, file })),
    );
  }

  async recordOutcomes(video: VideoId, outcomes: readonly Outcome[]): Promise<void> {
    const { evidence, failures, tries } = this.#entry(video);
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') {
        failures.set(outcome.failure.key, outcome.failure);
        tries.set(JSON.stringify(outcome.failure), outcome.failure);
      } else {
        evidence.set(outcome.evidence.key, outcome.evidence);
        failures.delete(outcome.evidence.key);
      }
    }
  }

  async forget(video: VideoId, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#videos.get(video)?.evidence.delete(key);
  }

  async evidence(video: VideoId, keys: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
    const known = this.#videos.get(video)?.evidence;
    return new Map(
      keys.flatMap((key) => {
        const evidence = known?.get(key);
        return evidence ? [[key, evidence]] : [];
      }),
    );
  }

  async sizeOf(video: VideoId, digest: RevisionDigest, ranges: IndexRanges): Promise<number> {
    const entry = this.#videos.get(video);
    const files = await this.files(video, digest, ranges);
    return files.reduce((sum, { file }) => sum + (entry?.evidence.get(file.key)?.sizeBytes ?? 0), 0);
  }

  async failedTries(video: VideoId, key: string): Promise<readonly FileFailure[]> {
    return [...(this.#videos.get(video)?.tries.values() ?? [])].filter((each) => each.key === key);
  }

  async failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>> {
    return new Map(this.#videos.get(video)?.failures);
  }

  async recordPublication(publication: Publication): Promise<void> {
    this.#entry(publication.video).publication = publication;
  }

  async publication(video: VideoId): Promise<Publication | undefined> {
    return this.#videos.get(video)?.publication;
  }

  async decide(decision: Decision): Promise<void> {
    const entry = this.#entry(decision.video);
    const text = JSON.stringify(decision);
    if (entry.decisions.has(text)) return;
    entry.decisions.set(text, decision);
    if (decision.type === 'submitted') entry.submission = decision.submission;
  }

  async *decisions(video: VideoId): AsyncIterable<Decision> {
    yield* this.#videos.get(video)?.decisions.values() ?? [];
  }

  async submission(video: VideoId): Promise<Submission | undefined> {
    return this.#videos.get(video)?.submission;
  }

  async *submissions(after?: VideoId): AsyncIterable<Submission> {
    for (const video of this.#inOrder()) {
      if (after !== undefined && compareUtf8(video, after) <= 0) continue;
      const submission = await this.submission(video);
      if (submission) yield submission;
    }
  }

  unpublished(after?: VideoId): AsyncIterable<VideoId> {
    return this.#submitted({ published: false }, after);
  }

  published(after?: VideoId): AsyncIterable<VideoId> {
    return this.#submitted({ published: true }, after);
  }

  async *#submitted(wanted: { readonly published: boolean }, after?: VideoId): AsyncIterable<VideoId> {
    for (const video of this.#inOrder()) {
      if (after !== undefined && compareUtf8(video, after) <= 0) continue;
      const entry = this.#videos.get(video);
      if (entry?.submission && (entry.publication !== undefined) === wanted.published) yield video;
    }
  }

  async purge(video: VideoId): Promise<void> {
    this.#videos.delete(video);
  }

  async setting(name: string): Promise<unknown> {
    const value = this.#settings.get(name);
    return value === undefined ? undefined : JSON.parse(value);
  }

  async setSetting(name: string, value: unknown): Promise<void> {
    this.#settings.set(name, JSON.stringify(value));
  }

  async settle(name: string, value: unknown): Promise<unknown> {
    if (!this.#settings.has(name)) await this.setSetting(name, value);
    return this.setting(name);
  }

  /** The entry of a video, made at first need. */
  #entry(video: VideoId): VideoEntry {
    const known = this.#videos.get(video);
    if (known) return known;
    const made = new VideoEntry();
    this.#videos.set(video, made);
    return made;
  }

  #inOrder(): readonly VideoId[] {
    return [...this.#videos.keys()].sort(compareUtf8);
  }
}
