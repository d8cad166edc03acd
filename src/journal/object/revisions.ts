import { FlantsError } from '../../domain/failure.ts';
import { indicesOf, within } from '../../domain/index-ranges.ts';
import type { IndexRanges } from '../../domain/index-ranges.ts';
import type { DocumentRole, PlannedDocument, PlannedFile, Revision, RevisionHeader } from '../../domain/revision.ts';
import { KiB } from '../../domain/units.ts';
import type { RevisionDigest, VideoId } from '../../domain/video.ts';
import type { BodyCache } from './cache.ts';
import { headerName, keys, lastSegment } from './names.ts';
import type { FileSpan } from './names.ts';
import type { JournalObjects } from './objects.ts';
import { hasLines, headAndLinesIn, jsonBody, jsonType, linesBody, linesIn, linesType, valueIn } from './text.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';

/** Files per object. A batch reads one or two objects, and an average video fits into one. */
const chunkFiles = 1_000;
/** A plan with so much at the most is one object: it takes one request to seal, and one to read. */
const smallPlan = { maxFiles: chunkFiles, maxDocumentBytes: 256 * KiB } as const;
/** Objects of one revision read or written concurrently. */
const width = 8;

/** The content of the header object. */
type SealedHeader = Omit<RevisionHeader, 'documents'> & {
  /** Files in each object but the last. */
  readonly chunkFiles: number;
  /** So many lines follow with documents, and then those of the files. Absent: they are in objects of their own. */
  readonly documentLines?: number;
};

/** A header object that was read. */
interface Sealed {
  readonly header: SealedHeader;
  /** Of a small plan. */
  readonly lines?: { readonly documents: readonly string[]; readonly files: readonly string[] };
}

interface DocumentLine {
  readonly key: string;
  readonly url: string;
  readonly role: DocumentRole;
  readonly base64: string;
}

/**
 * Sealed revisions in an object journal. A small plan is one object, its header. Of a larger one, files and documents are
 * written first; the header, written last, seals them.
 *
 * A revision never changes. Of one that others have purged, what this process has read or sealed may still be told.
 */
export class ObjectRevisions {
  readonly #objects: JournalObjects;
  readonly #cache: BodyCache;

  constructor(objects: JournalObjects, cache: BodyCache) {
    this.#objects = objects;
    this.#cache = cache;
  }

  async seal({ files, documents, ...header }: Revision): Promise<void> {
    const { video, digest } = header;
    const documentLines = documents.map(lineOf);
    const sealed: SealedHeader = { ...header, chunkFiles };
    if (isSmall({ files, documents })) {
      const head: SealedHeader = { ...sealed, documentLines: documentLines.length };
      return this.#writeHeader(header, linesBody(head, [...documentLines, ...files]), linesType);
    }
    // What others purged may still be in the cache.
    if (await this.#objects.read(keys.revisionHeader(video, digest))) return;
    const write = (span: FileSpan): Promise<void> =>
      this.#writeLines(keys.files(video, digest, span), { video, digest }, files.slice(...span));
    for await (const _ of readAhead(spansOf(files.length, chunkFiles), width, write));
    await this.#writeLines(keys.documents(video, digest), { video, digest }, documentLines);
    await this.#writeHeader(header, jsonBody(sealed), jsonType);
  }

  async revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    const sealed = await this.#sealed(video, digest);
    if (!sealed) return undefined;
    const { chunkFiles: _, documentLines: __, ...header } = sealed.header;
    const documents = sealed.lines?.documents ?? (await this.#documentLines(video, digest));
    return { ...header, documents: documents.map(documentOf) };
  }

  async files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    const sealed = ranges.length === 0 ? undefined : await this.#sealed(video, digest);
    if (!sealed) return [];
    const { header, lines: known } = sealed;
    const wanted = spansOf(header.total, header.chunkFiles).filter((span) => within(ranges, span).length > 0);
    const chunks = readAhead(wanted, width, async (span) =>
      known ? { span, lines: known.files.slice(...span) } : this.#chunk(video, digest, span),
    );
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

  async #documentLines(video: VideoId, digest: RevisionDigest): Promise<readonly string[]> {
    const key = keys.documents(video, digest);
    const body = await this.#cached(key);
    // A purge that was cut short has left the header, and is to be finished.
    if (!body) throw this.#lost(key);
    return linesIn(body, this.#placeOf(key));
  }

  async #sealed(video: VideoId, digest: RevisionDigest): Promise<Sealed | undefined> {
    const key = keys.revisionHeader(video, digest);
    const body = await this.#cached(key);
    if (!body) return undefined;
    if (!hasLines(body)) return { header: valueIn<SealedHeader>(body, this.#placeOf(key)) };
    const { head, lines } = headAndLinesIn<SealedHeader>(body, this.#placeOf(key));
    const { documentLines = 0, total } = head;
    if (lines.length !== documentLines + total) throw this.#lost(key);
    return { header: head, lines: { documents: lines.slice(0, documentLines), files: lines.slice(documentLines) } };
  }

  /** Where somebody else sealed it meanwhile, or long ago, theirs stays: the files are the same. */
  async #writeHeader(
    { video, digest }: Pick<RevisionHeader, 'video' | 'digest'>,
    body: Buffer,
    contentType: string,
  ): Promise<void> {
    const key = keys.revisionHeader(video, digest);
    const isOurs = await this.#objects.write(key, body, { contentType, createOnly: true });
    if (isOurs) this.#cache.put(key, body);
    else this.#cache.drop(key);
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

  #placeOf(key: string): string {
    return `${this.#objects.name}/${key}`;
  }

  #lost(key: string): FlantsError {
    return new FlantsError('state.unusable', `the journal has lost ${this.#placeOf(key)}`);
  }
}

function isSmall({ files, documents }: Pick<Revision, 'files' | 'documents'>): boolean {
  const documentBytes = documents.reduce((sum, { body }) => sum + body.byteLength, 0);
  return files.length <= smallPlan.maxFiles && documentBytes <= smallPlan.maxDocumentBytes;
}

function lineOf({ key, url, role, body }: PlannedDocument): DocumentLine {
  return { key, url, role, base64: Buffer.from(body).toString('base64') };
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
