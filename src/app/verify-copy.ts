import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { VerifyOptions } from '../config/verify-options.ts';
import { failureOf } from '../domain/failure.ts';
import type { VerifyReport } from '../domain/report/verification.ts';
import type { AskServer } from '../verifier/delivery.ts';
import { destinationInStore, destinationOverHttp } from '../verifier/destination.ts';
import type { Destination, StoreDestination } from '../verifier/destination.ts';
import { looksLikePlaylist } from '../verifier/find-playlists.ts';
import { verifyPresentation } from '../verifier/verify.ts';
import { connectQuestions, connectSource, connectStore } from './connect.ts';
import type { StoreSpec } from './connect.ts';
import { credentialsOf, destinationOf } from './destination-setting.ts';
import type { DestinationSetting } from './destination-setting.ts';
import { openRecorded } from './recorded/recorded.ts';
import { sourceSpecOf } from './source-spec.ts';

/** A destination opened for verification. */
interface OpenTarget {
  readonly destination: Destination & Partial<StoreDestination>;
  readonly playlistUrl: string;
  /** Only of a web server. */
  readonly ask?: AskServer;
  readonly close: () => Promise<void>;
}

/**
 * Verifies a copy by reading its destination. If a state or journal is given, also compares the copy with
 * what was recorded.
 *
 * @throws {FlantsError} if the destination, the state or the journal cannot be read
 */
export async function verifyCopy(
  options: VerifyOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<VerifyReport> {
  const recorded = await openRecorded(options.target, options, signal);
  try {
    const { destination, playlistUrl, ask, close } = await openTarget(options, recorded.destination);
    try {
      return await verifyPresentation(
        {
          name: options.target.name,
          playlistUrl,
          destination,
          expected: recorded.expected,
          acceptedBecause: recorded.acceptedBecause,
          readsBytes: options.checksums,
          peeks: options.peek,
          concurrency: options.concurrency,
          ...(ask ? { ask } : {}),
        },
        signal,
      );
    } finally {
      await close();
    }
  } finally {
    await recorded.close();
  }
}

/**
 * Whether a playlist stands where the options say. False also where that may not be read: a key without a right to it is
 * no sign of one.
 *
 * @throws {FlantsError} if the destination cannot be read
 */
export async function isPlaylist(
  options: VerifyOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const { destination, playlistUrl, close } = await openTarget(options, undefined);
  try {
    const head = await destination.readHead?.(playlistUrl, { signal });
    return looksLikePlaylist(head ?? new Uint8Array());
  } catch (error) {
    if (failureOf(error).code === 'store.denied') return false;
    throw error;
  } finally {
    await close();
  }
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
  // A journal is reached like the destination, by the options, and may have been written on another machine.
  const setting =
    savedS3 && options.endpoint === undefined && !options.journal
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
