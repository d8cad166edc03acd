import { pathToFileURL } from 'node:url';
import type { CatalogueRow } from '../catalogue/catalogue.ts';
import type { CatalogueSource, VerifyLibraryOptions } from '../config/verify-options.ts';
import { keyOf } from '../domain/names/destination-key.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import { failureOf } from '../domain/failure.ts';
import type { LibraryVerifyReport } from '../domain/report/verification.ts';
import { resolveKeyRules } from '../engine/key-rules.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { RefusedRow } from '../scanner/scan.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { listPersistently } from '../storage/list-persistently.ts';
import { persistently } from '../storage/persistently.ts';
import { destinationInStore } from '../verifier/destination.ts';
import { verifyLibrary } from '../verifier/verify-library.ts';
import type { ListedObject, VideoToVerify } from '../verifier/verify-library.ts';
import { connectStore } from './connect.ts';
import { credentialsOf, destinationOf } from './destination-setting.ts';
import { refusedRowEntry } from './embedded/refused-rows.ts';
import type { RefusedRowEntry } from './embedded/refused-rows.ts';
import { openCatalogue, surveySources } from './open/catalogue.ts';
import { openRecorded } from './recorded/recorded.ts';
import { withSlash } from './verify-copy.ts';

/**
 * Verifies all videos at a destination, or those that a catalogue names. If a state or journal is given, also compares
 * them with what was recorded.
 *
 * @throws {FlantsError} if the destination, the catalogue, the state or the journal cannot be read
 */
export async function verifyDestination(
  options: VerifyLibraryOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<LibraryVerifyReport> {
  const { destination, proxies, catalogue } = options;
  const setting = await destinationOf(options);
  const prefix = destination.kind === 's3' && destination.prefix !== '' ? `${destination.prefix}/` : '';
  const root =
    destination.kind === 's3' ? `s3://${destination.bucket}/` : withSlash(pathToFileURL(destination.path).href);
  const spec = setting.store.kind === 's3' ? { ...setting.store, prefix: '' } : setting.store;
  const recorded = await openRecorded(destination, options, signal);
  const store = connectStore(spec, { credentials: credentialsOf(setting, proxies), proxies });
  try {
    const { expected, acceptedBecause, keyRules } = recorded;
    const refusedRows: RefusedRowEntry[] = [];
    const onRefused = (row: RefusedRow): void => void refusedRows.push(refusedRowEntry(row));
    const report = await verifyLibrary(
      {
        name: destination.name,
        destination: destinationInStore(store, { root, prefix, keepsChecksums: destination.kind === 's3' }),
        prefixUrl: root + prefix.split('/').map(encodeURIComponent).join('/'),
        list: () => listBelow(store, prefix, signal),
        ...(catalogue ? { videos: videosOf(catalogue, keyRules, { onRefused, signal }) } : {}),
        expected,
        acceptedBecause,
        readsBytes: options.checksums,
        peeks: options.peek,
        concurrency: options.concurrency,
      },
      signal,
    );
    return { ...report, refusedRows };
  } finally {
    await recorded.close();
    await store.close();
  }
}

async function* listBelow(store: ObjectStore, prefix: string, signal: AbortSignal): AsyncGenerator<ListedObject> {
  const ask = <T>(request: () => Promise<T>): Promise<T> => persistently(request, signal);
  for await (const object of listPersistently(store, prefix, { signal }, ask)) {
    yield { ...object, key: object.key.slice(prefix.length) };
  }
}

/** The videos of a catalogue with the keys that a copy gives them: by the rules that were recorded, or else the usual ones. */
async function* videosOf(
  source: CatalogueSource,
  recordedRules: KeyRules | undefined,
  { onRefused, signal }: { readonly onRefused: (row: RefusedRow) => void; readonly signal: AbortSignal },
): AsyncGenerator<VideoToVerify> {
  const sources = [source];
  const { firstUrls } = await surveySources({ sources, sideFiles: [] }, signal);
  const rules = recordedRules ?? (await resolveKeyRules(new MemoryJournal(), {}, firstUrls));
  const catalogue = await openCatalogue(sources, { sideFiles: [] });
  try {
    for await (const row of catalogue.rows({ signal })) {
      const video = row.kind === 'refused' ? row : locate(row, rules);
      if ('key' in video) yield video;
      else onRefused(video);
    }
  } finally {
    await catalogue.close();
  }
}

type VideoRow = Extract<CatalogueRow, { readonly kind: 'video' }>;

/** Where a copy puts a video, or why it refuses the row. */
function locate({ row, submission }: VideoRow, rules: KeyRules): VideoToVerify | RefusedRow {
  const { id, playlistUrl } = submission;
  try {
    return { video: id, key: keyOf(new URL(playlistUrl), rules) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== 'key.unusable') throw error;
    return { kind: 'refused', row, id, failure };
  }
}
