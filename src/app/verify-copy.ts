import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportVideo } from '../journal/report-video.ts';
import type { VerifyOptions } from '../config/verify-options.ts';
import { FlantsError } from '../domain/failure.ts';
import type { VerifyReport } from '../domain/verify-report.ts';
import type { Journal } from '../journal/journal.ts';
import { SqliteJournal } from '../journal/sqlite-journal.ts';
import { SqliteLedger } from '../ledger/sqlite-ledger.ts';
import { openStateFile } from '../state/file.ts';
import type { StateFile } from '../state/file.ts';
import type { AskServer } from '../verifier/delivery.ts';
import { destinationInStore, destinationOverHttp } from '../verifier/destination.ts';
import type { Destination } from '../verifier/destination.ts';
import { verifyPresentation } from '../verifier/verify.ts';
import type { Expected, VerifyRequest } from '../verifier/verify.ts';
import { connectQuestions, connectSource, connectStore } from './connect.ts';
import type { StoreSpec } from './connect.ts';
import { credentialsOf, destinationOf, readDestination } from './destination-setting.ts';
import type { DestinationSetting } from './destination-setting.ts';
import { tokenRulesOf } from '../engine/key-rules.ts';
import { sourceSpecOf } from './source-spec.ts';

/** A destination opened for verification. */
interface OpenTarget {
  readonly destination: Destination;
  readonly playlistUrl: string;
  /** Only of a web server. */
  readonly ask?: AskServer;
  readonly close: () => Promise<void>;
}

/**
 * Verifies a copy by reading its destination. If a state is given, also compares the copy with what was recorded.
 *
 * @throws {FlantsError} if the destination or the state cannot be read
 */
export async function verifyCopy(
  options: VerifyOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<VerifyReport> {
  if (options.target.kind === 'http' && options.stateDir !== undefined) {
    throw new FlantsError(
      'usage',
      '--state tells keys, not URLs: verify the s3:// address or the path with it, or leave it out',
    );
  }
  const state = options.stateDir === undefined ? undefined : openStateFile(options.stateDir, { readOnly: true });
  try {
    const journal = state && new SqliteJournal(state);
    const saved = journal && (await readDestination(journal));
    const { destination, playlistUrl, ask, close } = await openTarget(options, saved);
    try {
      return await verifyPresentation(
        {
          name: options.target.name,
          playlistUrl,
          destination,
          expected: journal ? await expectedIn(journal) : async () => undefined,
          acceptedBecause: await acceptancesIn(state),
          readsBytes: options.checksums,
          concurrency: options.concurrency,
          ...(ask ? { ask } : {}),
        },
        signal,
      );
    } finally {
      await close();
    }
  } finally {
    state?.close();
  }
}

/** Returns what a state has recorded about a key: a document as it was published, or a file as it was copied. */
export async function expectedIn(journal: SqliteJournal): Promise<VerifyRequest['expected']> {
  const documents = await publishedDocuments(journal);
  return async (key) => documents.get(key) ?? (await copiedFile(key, journal));
}

/** Returns by key the reasons given for accepting failed files. Only of videos published without them. */
export async function acceptancesIn(state: StateFile | undefined): Promise<VerifyRequest['acceptedBecause']> {
  if (state === undefined) return () => undefined;
  const ports = { journal: new SqliteJournal(state), ledger: new SqliteLedger(state) };
  const tokenRules = await tokenRulesOf(ports.journal);
  const reasons = new Map<string, string>();
  for await (const { video, record } of ports.ledger.videos()) {
    if (record.accepted === 0 || record.published !== record.revision) continue;
    const report = await reportVideo(video, { ...ports, tokenRules });
    for (const { key, acceptedBecause } of report?.failures ?? [])
      if (acceptedBecause !== undefined) reasons.set(key, acceptedBecause);
  }
  return (key) => reasons.get(key);
}

/** Documents by key. Videos may share a playlist: the latest publication is what the destination holds. */
async function publishedDocuments(journal: Journal): Promise<ReadonlyMap<string, Expected>> {
  const latest = new Map<string, Expected & { readonly at: string }>();
  for await (const { id } of journal.submissions()) {
    const publication = await journal.publication(id);
    if (!publication) continue;
    const { at, documents } = publication;
    for (const { key, sizeBytes, crc32 } of documents) {
      if ((latest.get(key)?.at ?? '') <= at) latest.set(key, { sizeBytes, crc32, at });
    }
  }
  return latest;
}

async function copiedFile(key: string, journal: SqliteJournal): Promise<Expected | undefined> {
  // A state file stores evidence by key alone, so any video id will do.
  const evidence = (await journal.evidence('', [key])).get(key);
  if (!evidence || evidence.proof === 'absent-optional') return undefined;
  return { sizeBytes: evidence.sizeBytes, ...(evidence.crc32 === '' ? {} : { crc32: evidence.crc32 }) };
}

async function openTarget(options: VerifyOptions, saved: DestinationSetting | undefined): Promise<OpenTarget> {
  const { target, proxies } = options;
  if (target.kind === 'http') {
    const spec = await sourceSpecOf(options, { originUrls: [target.url] });
    const source = connectSource(spec);
    const questions = connectQuestions(spec);
    return {
      destination: destinationOverHttp(source.openSession?.() ?? source, target.url),
      playlistUrl: target.url,
      ask: (...question) => questions.ask(...question),
      close: async () => {
        await Promise.all([source.close(), questions.close()]);
      },
    };
  }
  if (target.kind === 'file') {
    const base = saved?.store.kind === 'folder' ? saved.store.path : rootAbove(target.path);
    const store = connectStore({ kind: 'folder', path: base }, { credentials: credentialsOf({}, proxies), proxies });
    // Without a state, messages name files relative to the playlist, as the playlist does.
    const prefix = saved ? '' : withSlash(relative(base, dirname(target.path)));
    const root = withSlash(pathToFileURL(base).href);
    const destination = destinationInStore(store, { root, prefix, keepsChecksums: false });
    return { destination, playlistUrl: pathToFileURL(target.path).href, close: () => store.close() };
  }
  const { bucket, key, name } = target;
  const savedS3 = saved?.store.kind === 's3' && saved.store.bucket === bucket ? saved : undefined;
  const setting =
    savedS3 && options.endpoint === undefined
      ? savedS3
      : await destinationOf({ ...options, destination: { kind: 's3', bucket, prefix: '', name } });
  const spec: StoreSpec = {
    ...setting.store,
    ...(setting.store.kind === 's3' ? { prefix: '', connections: options.concurrency } : {}),
  };
  const store = connectStore(spec, { credentials: credentialsOf(setting, proxies), proxies });
  const prefix = savedS3?.store.kind === 's3' && savedS3.store.prefix !== '' ? `${savedS3.store.prefix}/` : '';
  const playlistUrl = `s3://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const destination = destinationInStore(store, { root: `s3://${bucket}/`, prefix, keepsChecksums: true });
  return { destination, playlistUrl, close: () => store.close() };
}

/**
 * Guesses the root of a copied folder when no state says where it is. A playlist may name files up to three folders
 * above itself. Anything further away counts as outside the copy.
 */
function rootAbove(path: string): string {
  let folder = dirname(path);
  for (let level = 0; level < 3 && dirname(dirname(folder)) !== dirname(folder); level++) folder = dirname(folder);
  return folder;
}

export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
