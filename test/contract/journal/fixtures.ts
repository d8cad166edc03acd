import { failureWith } from '../../../src/domain/failure.ts';
import type { Evidence, FileFailure, Outcome } from '../../../src/domain/outcome.ts';
import { digestOf } from '../../../src/domain/revision.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../../../src/domain/revision.ts';
import type { Decision, Journal, Publication } from '../../../src/journal/journal.ts';

/** What a driver gives the contract for each test. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** A second journal on the same state, the first one being closed; absent where a journal ends with its process. */
  readonly reopen?: () => Promise<Journal>;
  /** A second journal on the same state beside the first one, as another process has it; absent where one owns the state. */
  readonly another?: () => Journal;
  /** What is to be written only where nothing stands may overwrite what came in the same instant. */
  readonly isUnguarded?: boolean;
  /** How many it reads in one go: lists longer than this cross the seams between its pages. */
  readonly pages: { readonly decisions: number; readonly submissions: number };
  close(): Promise<void>;
}

/** Ids that are folders, escapes, or too long for a name. */
export const nastyIds: readonly string[] = [
  'a/b', '..', '.', 'ü:{}', '%2F', '~2f', 'A', 'a', ' ', 'x'.repeat(1_000), `${'x'.repeat(1_000)}y`,
  'ü/'.repeat(400), '\u{1f41c}', 'con\nstructor', '__proto__', 'a.b', 'a~~b',
]; // prettier-ignore

/** A planned segment. */
export const fileAt = (index: number, folder = 'class-1'): PlannedFile => ({
  key: `${folder}/seg-${index}.ts`,
  url: `https://origin.example/${folder}/seg-${index}.ts`,
  role: 'segment',
});

/** So many planned segments. */
export const filesOf = (count: number, folder?: string): PlannedFile[] =>
  Array.from({ length: count }, (_, index) => fileAt(index, folder));

/** A revision with every field set, and documents of any bytes. */
export function revisionOf(video: string, files: readonly PlannedFile[]): Revision {
  const documents: Revision['documents'] = [
    {
      key: `${video}/low.m3u8`,
      url: `https://origin.example/${video}/low.m3u8`,
      role: 'media-playlist',
      body: new Uint8Array([0, 35, 255, 10]),
    },
    {
      key: `${video}/empty.json`,
      url: `https://origin.example/${video}/empty.json`,
      role: 'data',
      body: new Uint8Array(),
    },
    {
      key: `${video}/main.m3u8`,
      url: `https://origin.example/${video}/main.m3u8`,
      role: 'multivariant-playlist',
      body: Buffer.from('#EXTM3U é\n'),
    },
  ];
  const playlists = [{ url: `https://origin.example/${video}/main.m3u8`, validators: { etag: '"1"' }, sha256: 'ab' }];
  return {
    video,
    digest: digestOf({ files, documents, playlists }),
    total: files.length,
    files,
    documents,
    playlists,
    external: [
      { playlistUrl: 'https://origin.example/main.m3u8', line: 3, tag: 'EXT-X-KEY', uri: 'skd://k', reason: 'DRM' },
    ],
    warnings: ['no EXT-X-VERSION'],
    hasTokens: true,
  };
}

/** A revision without its files. */
export function headerOf({ files: _, ...header }: Revision): RevisionHeader {
  return header;
}

/** Bytes of documents as plain arrays: a `Buffer` is as good as a `Uint8Array`. */
export const readable = (header: RevisionHeader | undefined): unknown =>
  header && { ...header, documents: header.documents.map((document) => ({ ...document, body: [...document.body] })) };

/** Evidence of a file, with these changes. */
export const evidenceOf = (key: string, more: Partial<Evidence> = {}): Evidence => ({
  key,
  url: `https://origin.example/${key}`,
  sizeBytes: 1000,
  crc32: '00c0ffee',
  source: {},
  proof: 'written',
  generation: 'g1',
  tries: 1,
  durationMs: 12.5,
  worker: 'thread-1',
  at: '2026-11-02T10:00:00.000Z',
  ...more,
});

/** The failure of a file, with these changes. */
export const failureOf = (key: string, more: Partial<FileFailure> = {}): FileFailure => ({
  key,
  url: `https://origin.example/${key}`,
  failure: failureWith('source.status', 'the origin answered 502', { status: 502, retryAfterMs: 3000 }),
  generation: 'g1',
  tries: 3,
  worker: 'thread-1',
  at: '2026-11-02T10:00:00.000Z',
  ...more,
});

/** The outcome of a file that was copied. */
export const copied = (evidence: Evidence, index = 0): Outcome => ({ index, kind: 'copied', evidence });

/** The outcome of a file that failed. */
export const failed = (failure: FileFailure, index = 0): Outcome => ({ index, kind: 'failed', failure });

/** A publication of a revision, with one file accepted. */
export const publicationOf = (video: string, revision: string, more: Partial<Publication> = {}): Publication => ({
  video,
  revision,
  at: '2026-11-02T10:00:00.000Z',
  total: 3,
  accepted: [[1, 2]],
  sizeBytes: 2 ** 43,
  documents: [{ key: `${video}/main.m3u8`, etag: '"e"', crc32: '00c0ffee', sizeBytes: 10 }],
  ...more,
});

/** Somebody, or a catalogue, submits a video. */
export const submitted = (
  video: string,
  playlistUrl = `https://origin.example/${encodeURIComponent(video)}.m3u8`,
  at = '2026-11-02T10:00:00.000Z',
): Extract<Decision, { type: 'submitted' }> => ({
  type: 'submitted',
  video,
  at,
  submission: { id: video, playlistUrl, title: 'Ünïcode “quotes” \n and lines' },
});

/** A decision that says no more than its type. */
export const decided = (type: 'paused' | 'resumed' | 'cancelled', video: string, at: string): Decision => ({
  type,
  video,
  at,
});

/** All items, in their order. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Does something for each item, some at a time. */
export async function forEachOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
