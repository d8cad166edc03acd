import { FlantsError } from '../../domain/failure.ts';
import { indicesOf, within } from '../../domain/index-ranges.ts';
import type { IndexRanges } from '../../domain/index-ranges.ts';
import type { DocumentRole, PlannedDocument, PlannedFile, Revision, RevisionHeader } from '../../domain/revision.ts';
import type { RevisionDigest, VideoId } from '../../domain/video.ts';
import type { BodyCache } from './cache.ts';
import { headerName, keys, lastSegment } from './names.ts';
import type { FileSpan } from './names.ts';
import type { JournalObjects } from './objects.ts';
import { jsonBody, jsonType, linesBody, linesIn, linesType, valueIn } from './text.ts';
import { readAhead } from '../read-ahead.ts';

/** Files per object. A batch reads one or two objects, and an average video fits into one. */
const chunkFiles = 1_000;
/** Objects of one revision read or written concurrently. */
const width = 8;

/** The content of the header object. */
type SealedHeader = Omit<RevisionHeader, 'documents'> & {
  /** Files in each object but the last. */
  readonly chunkFiles: number;
};

interface DocumentLine {
  readonly key: string;
  readonly url: string;
  readonly role: DocumentRole;
  readonly base64: string;
}

/** Sealed revisions in an object journal. Files and documents are written first. The header, written last, seals them. */
export class ObjectRevisions {
  readonly #objects: JournalObjects;
  readonly #cache: BodyCache;

  constructor(objects: JournalObjects, cache: BodyCache) {
    this.#objects = objects;
    this.#cache = cache;
  }

  async seal({ files, documents, ...header }: Revision): Promise<void> {
    const { video, digest } = header;
    const headerKey = keys.revisionHeader(video, digest);
    // What others purged may still be in the cache.
    if (await this.#objects.read(headerKey)) return;
    const write = (span: FileSpan): Promise<void> =>
      this.#writeLines(keys.files(video, digest, span), { video, digest }, files.slice(...span));
    for await (const _ of readAhead(spansOf(files.length, chunkFiles), width, write));
    const lines = documents.map(({ key, url, role, body }): DocumentLine => ({
      key,
      url,
      role,
      base64: Buffer.from(body).toString('base64'),
    }));
    await this.#writeLines(keys.documents(video, digest), { video, digest }, lines);
    const sealed: SealedHeader = { ...header, chunkFiles };
    // Where somebody else sealed it meanwhile, theirs stays: the files are the same.
    const body = jsonBody(sealed);
    const isOurs = await this.#objects.write(headerKey, body, { contentType: jsonType, createOnly: true });
    if (isOurs) this.#cache.put(headerKey, body);
    else this.#cache.drop(headerKey);
  }

  async revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    const headerKey = keys.revisionHeader(video, digest);
    // Whether it was purged meanwhile, the header alone tells: the rest never changes.
    const body = await this.#objects.read(headerKey);
    if (!body) return undefined;
    this.#cache.put(headerKey, body);
    const { chunkFiles: _, ...header } = this.#headerIn(body, headerKey);
    const documentsKey = keys.documents(video, digest);
    const documents = await this.#cached(documentsKey);
    // A purge that was cut short has left the header, and is to be finished.
    if (!documents) throw this.#lost(documentsKey);
    return { ...header, documents: linesIn(documents, this.#placeOf(documentsKey)).map(documentOf) };
  }

  /** Of a revision that others have purged, what this process has read or sealed of it may still be told. */
  async files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    const headerKey = keys.revisionHeader(video, digest);
    const body = ranges.length === 0 ? undefined : await this.#cached(headerKey);
    if (!body) return [];
    const { total, chunkFiles: size } = this.#headerIn(body, headerKey);
    const wanted = spansOf(total, size).filter((span) => within(ranges, span).length > 0);
    const chunks = readAhead(wanted, width, (span) => this.#chunk(video, digest, span));
    const found: { readonly index: number; readonly file: PlannedFile }[] = [];
    for await (const { span, lines } of chunks) {
      for (const index of indicesOf(within(ranges, span))) {
        found.push({ index, file: JSON.parse(lines[index - span[0]] ?? '') as PlannedFile });
      }
    }
    return found;
  }

  /** Headers go first: what is left of a purge that was cut short is sealed no more. */
  async purge(video: VideoId): Promise<void> {
    for await (const key of this.#objects.list(keys.revisions(video))) {
      this.#cache.drop(key);
      if (lastSegment(key) === headerName) await this.#objects.remove(key);
    }
    await this.#objects.removeAll(keys.revisions(video));
  }

  async #chunk(
    video: VideoId,
    digest: RevisionDigest,
    span: FileSpan,
  ): Promise<{ readonly span: FileSpan; readonly lines: readonly string[] }> {
    const key = keys.files(video, digest, span);
    const body = await this.#cached(key);
    const lines = body && linesIn(body, this.#placeOf(key));
    if (lines?.length !== span[1] - span[0]) throw this.#lost(key);
    return { span, lines };
  }

  /** What is sealed here is most often read here as well. */
  async #writeLines(key: string, head: object, lines: readonly unknown[]): Promise<void> {
    const body = linesBody(head, lines);
    await this.#objects.write(key, body, { contentType: linesType });
    this.#cache.put(key, body);
  }

  #cached(key: string): Promise<Buffer | undefined> {
    return this.#cache.get(key, () => this.#objects.read(key));
  }

  #headerIn(body: Uint8Array, key: string): SealedHeader {
    return valueIn<SealedHeader>(body, this.#placeOf(key));
  }

  #placeOf(key: string): string {
    return `${this.#objects.name}/${key}`;
  }

  #lost(key: string): FlantsError {
    return new FlantsError('state.unusable', `the journal has lost ${this.#placeOf(key)}`);
  }
}

function documentOf(line: string): PlannedDocument {
  const { base64, ...document } = JSON.parse(line) as DocumentLine;
  return { ...document, body: Buffer.from(base64, 'base64') };
}

/** The spans of indices into which `total` files are divided. */
function spansOf(total: number, size: number): readonly FileSpan[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, number): FileSpan => [
    number * size,
    Math.min(total, (number + 1) * size),
  ]);
}
