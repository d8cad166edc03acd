import { createHash } from 'node:crypto';
import { oneAtATime } from '../../domain/waiting/one-at-a-time.ts';
import type { Submission, VideoId } from '../../domain/video.ts';
import type { Decision } from '../journal.ts';
import type { BodyCache } from './cache.ts';
import { keys, lastSegment, nameOfSegment, segmentOf } from './names.ts';
import type { JournalObjects } from './objects.ts';
import { jsonBody, jsonType, valueIn } from './text.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';

/** Objects read concurrently. */
const width = 16;
const numberDigits = 8;

/** The parts of the name of a decision's object. */
interface DecisionName {
  readonly key: string;
  readonly number: number;
  readonly type: string;
  /** The same for the very same decision. */
  readonly digest: string;
}

/** The object that holds a video's latest submission. */
interface SubmissionObject {
  readonly submission: Submission;
}

/**
 * Decisions in an object journal. They are ordered by numbers: each decision gets one above all that were visible when it
 * was made. No clock is involved, and of concurrent decisions either may come first.
 */
export class ObjectDecisions {
  readonly #objects: JournalObjects;
  readonly #cache: BodyCache;
  /** Those about the same video in turn, as each looks at those before. */
  readonly decide = oneAtATime(
    ({ video }: Decision) => video,
    (decision) => this.#decide(decision),
  );

  constructor(objects: JournalObjects, cache: BodyCache) {
    this.#objects = objects;
    this.#cache = cache;
  }

  async *decisions(video: VideoId): AsyncGenerator<Decision> {
    const names = await this.#names(video);
    for await (const decision of readAhead(names, width, (name) => this.#read(name))) if (decision) yield decision;
  }

  async submission(video: VideoId): Promise<Submission | undefined> {
    return this.#submissionAt(keys.submission(video));
  }

  async *submissions(after?: VideoId): AsyncGenerator<Submission> {
    const behind = after === undefined ? undefined : keys.submissions + segmentOf(after);
    const found = readAhead(this.#objects.list(keys.submissions, behind), width, (key) => this.#submissionAt(key));
    for await (const submission of found) if (submission) yield submission;
  }

  /** Two listings side by side; an object is read only for a name too long to tell its video. */
  async *videos(wanted: 'published' | 'unpublished', after?: VideoId): AsyncGenerator<VideoId> {
    const segment = after === undefined ? undefined : segmentOf(after);
    const publications = this.#objects.list(keys.publications, segment && keys.publications + segment);
    try {
      let published = await publications.next();
      for await (const key of this.#objects.list(keys.submissions, segment && keys.submissions + segment)) {
        const name = lastSegment(key);
        while (published.done !== true && lastSegment(published.value) < name) published = await publications.next();
        const isPublished = published.done !== true && lastSegment(published.value) === name;
        if (isPublished !== (wanted === 'published')) continue;
        const video = nameOfSegment(name) ?? (await this.#submissionAt(key))?.id;
        if (video !== undefined) yield video;
      }
    } finally {
      await publications.return(undefined);
    }
  }

  async #decide(decision: Decision): Promise<void> {
    const { video, type } = decision;
    const names = await this.#names(video);
    const digest = createHash('sha256').update(JSON.stringify(decision)).digest('hex').slice(0, 32);
    if (!names.some((name) => name.digest === digest)) {
      const number = (names.at(-1)?.number ?? 0) + 1;
      const key = `${keys.decisions(video)}${String(number).padStart(numberDigits, '0')}-${type}-${digest}`;
      const body = jsonBody({ decision });
      await this.#objects.write(key, body, { contentType: jsonType });
      this.#cache.put(key, body);
      names.push({ key, number, type, digest });
    }
    if (type === 'submitted') await this.#keepLatest(video, names);
  }

  /**
   * Writes the latest submission. Others may have decided meanwhile, and written theirs first, so it is written again until it
   * still is the latest once it is written. What a listing does not tell of was purged, or is told of too late.
   */
  async #keepLatest(video: VideoId, names: readonly DecisionName[]): Promise<void> {
    let latest = latestSubmission(names);
    while (latest) {
      const { digest } = latest;
      const decision = await this.#read(latest);
      if (decision?.type !== 'submitted') return;
      const object: SubmissionObject = { submission: decision.submission };
      await this.#objects.write(keys.submission(video), jsonBody(object), { contentType: jsonType });
      const listed = await this.#names(video);
      if (!listed.some((name) => name.digest === digest)) return;
      latest = latestSubmission(listed);
      if (latest?.digest === digest) return;
    }
  }

  /** The name has the digest of what it holds, so that what has this name never changes. Undefined if it was purged meanwhile. */
  async #read({ key }: DecisionName): Promise<Decision | undefined> {
    const body = await this.#cache.get(key, () => this.#objects.read(key));
    return body && this.#valueIn<{ decision: Decision }>(key, body).decision;
  }

  /** In their order, each once. */
  async #names(video: VideoId): Promise<DecisionName[]> {
    const names = new Map<string, DecisionName>();
    for await (const key of this.#objects.list(keys.decisions(video))) {
      const [number = '', type = '', digest = ''] = lastSegment(key).split('-');
      // Two that wrote the very same at a time may have numbered it twice.
      if (!names.has(digest)) names.set(digest, { key, number: Number(number), type, digest });
    }
    return [...names.values()];
  }

  async #submissionAt(key: string): Promise<Submission | undefined> {
    const body = await this.#objects.read(key);
    return body && this.#valueIn<SubmissionObject>(key, body).submission;
  }

  #valueIn<T>(key: string, body: Uint8Array): T {
    return valueIn<T>(body, `${this.#objects.name}/${key}`);
  }
}

function latestSubmission(names: readonly DecisionName[]): DecisionName | undefined {
  return names.findLast(({ type }) => type === 'submitted');
}
