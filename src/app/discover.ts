import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { createLogReader } from '../catalogue/access-log.ts';
import { idOfPlaylist } from '../catalogue/single-catalogue.ts';
import type { DiscoverOptions } from '../config/discover-options.ts';
import { readText } from '../crawler/read-text.ts';
import { bucketObjectOf, bucketText, bucketUrlOf } from '../domain/names/bucket-url.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { collectPlaylist, maxPlaylistBytes } from '../domain/playlist-size.ts';
import { defaultTokenRules, withoutTokens } from '../domain/names/tokens.ts';
import { parsePlaylist } from '../hls/playlist.ts';
import { forEachConcurrently } from '../domain/waiting/for-each-concurrently.ts';
import type { Source } from '../storage/source.ts';
import { connectStore } from './connect.ts';
import { credentialsOf, destinationOf } from './destination-setting.ts';
import { openSource } from './open/source.ts';
import { sourceSpecOf } from './source-spec.ts';

/** A video that was found, as a row of a catalogue. */
export interface DiscoveredVideo {
  readonly id: string;
  readonly playlistUrl: string;
  /** Of its first playlist. */
  readonly kind: 'multivariant' | 'media';
  /** Requests for that playlist in the log. Absent: it was found in a bucket. */
  readonly requests?: number;
}

/** A playlist that may be a video's first one. */
interface Candidate {
  readonly url: string;
  readonly read: (signal: AbortSignal) => Promise<Uint8Array>;
  readonly requests?: number;
}

/** Callbacks and stop signal. */
export interface DiscoverHooks {
  /** A playlist that cannot be read, or is none. */
  readonly onPassedOver: (url: string, reason: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds videos where no catalogue names them: below a prefix of a bucket, or in an access log of the CDN. What a playlist is
 * is told by its content. Those that another one names are left out, so that each video is found once; a media playlist that
 * none names is a video of its own.
 *
 * @returns videos in the order of their URLs
 * @throws {FlantsError} of the store; `catalogue.unreadable` for a log that names no playlist
 */
export async function discoverVideos(
  options: DiscoverOptions,
  { onPassedOver, signal }: DiscoverHooks,
): Promise<readonly DiscoveredVideo[]> {
  const { candidates, close } = await openCandidates(options, signal);
  const found: (DiscoveredVideo & { readonly url: string })[] = [];
  const named = new Set<string>();
  const passedOver = new Map<string, string>();
  try {
    await forEachConcurrently(candidates, { concurrency: options.concurrency }, async ({ url, read, requests }) => {
      try {
        const playlist = parsePlaylist(await read(signal), { url, finalUrl: url, external: 'keep' });
        for (const { use, fetchUrl } of playlist.references) if (use !== 'file') named.add(plain(fetchUrl));
        const id = idOfPlaylist(new URL(url)) ?? url;
        found.push({ id, playlistUrl: asWritten(url), kind: playlist.kind, ...(requests ? { requests } : {}), url });
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(error);
        if (!failure.code.startsWith('hls.') && !failure.code.startsWith('source.')) throw error;
        passedOver.set(url, failure.message);
      }
    });
  } finally {
    await close();
  }
  // What another playlist names is no video of its own, whatever it is.
  for (const [url, reason] of passedOver) if (!named.has(url)) onPassedOver(url, reason);
  return found
    .filter(({ url }) => !named.has(url))
    .toSorted((a, b) => (a.url < b.url ? -1 : 1))
    .map(({ url: _, ...video }) => video);
}

interface OpenCandidates {
  readonly candidates: AsyncIterable<Candidate>;
  readonly close: () => Promise<void>;
}

async function openCandidates(options: DiscoverOptions, signal: AbortSignal): Promise<OpenCandidates> {
  const { place } = options;
  return place.kind === 'log' ? fromLog(place.path, options, signal) : fromBucket(place, options, signal);
}

async function fromBucket(
  { bucket, prefix, name }: Extract<DiscoverOptions['place'], { kind: 's3' }>,
  options: DiscoverOptions,
  signal: AbortSignal,
): Promise<OpenCandidates> {
  const { proxies, baseUrl } = options;
  const setting = await destinationOf({ ...options, destination: { kind: 's3', bucket, prefix: '', name } });
  const store = connectStore(setting.store, { credentials: credentialsOf(setting, proxies), proxies });
  const urlOfKey = (key: string): string | undefined =>
    baseUrl === undefined
      ? bucketUrlOf(bucketText({ bucket, key }))?.href
      : plain(new URL(key.split('/').map(encodeURIComponent).join('/'), baseUrl).href);
  const read = async (key: string, url: string): Promise<Uint8Array> => {
    const object = await store.get(key, { signal });
    if (!object) throw new FlantsError('source.not-found', `${url} is not there`);
    return collectPlaylist(object.body, () => url);
  };
  async function* listed(): AsyncGenerator<Candidate> {
    for await (const { key } of store.list(prefix === '' ? '' : `${prefix}/`, { signal })) {
      if (!isPlaylistPath(key)) continue;
      const url = urlOfKey(key);
      if (url === undefined) continue;
      yield { url, read: () => read(key, url) };
    }
  }
  return { candidates: listed(), close: () => store.close() };
}

async function fromLog(path: string, options: DiscoverOptions, signal: AbortSignal): Promise<OpenCandidates> {
  const requests = await countRequests(path, options.baseUrl, signal);
  if (requests.size === 0)
    throw new FlantsError('catalogue.unreadable', `${path} names no playlist (.m3u8 or .m3u) that was answered`);
  const origins = new Map([...requests.keys()].map((url) => [new URL(url).origin, url]));
  const source: Source = openSource(await sourceSpecOf(options, { originUrls: [...origins.values()] }));
  async function* logged(): AsyncGenerator<Candidate> {
    for (const [url, count] of requests) {
      const read = async (): Promise<Uint8Array> =>
        (await readText(source, url, { maxBytes: maxPlaylistBytes, signal })).bytes;
      yield { url, read, requests: count };
    }
  }
  return { candidates: logged(), close: () => source.close() };
}

/** Requests for each playlist, without tokens: a log names it once for each viewer. */
async function countRequests(
  path: string,
  baseUrl: string | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const requests = new Map<string, number>();
  const read = createLogReader();
  for await (const line of linesOf(path, signal)) {
    const request = read(line);
    if (!request) continue;
    const base = baseUrl ?? (request.host === undefined ? undefined : `https://${request.host}/`);
    const isAbsolute = /^https?:/i.test(request.target);
    if (!isPlaylistPath(request.target.split(/[?#]/, 1)[0] ?? '')) continue;
    if (base === undefined && !isAbsolute) {
      throw new FlantsError(
        'usage',
        `${path} names paths without a host: name the URL that they are relative to, with --base-url`,
      );
    }
    const target = isAbsolute ? request.target : request.target.replace(/^\/+/, '');
    const url = URL.parse(target, base);
    if (url) requests.set(plain(url.href), (requests.get(plain(url.href)) ?? 0) + 1);
  }
  return requests;
}

/** @throws {FlantsError} `catalogue.unreadable` where it is cut off, or broken */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const [first] = (await createReadStream(path, { end: 1 }).toArray()) as readonly Buffer[];
  const isCompressed = first?.[0] === 0x1f && first[1] === 0x8b;
  const file = createReadStream(path, { signal });
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  const lines = createInterface({ input: isCompressed ? file.pipe(gunzip) : file, crlfDelay: Infinity });
  try {
    yield* lines;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlantsError('catalogue.unreadable', `${path} cannot be read to its end: ${reason}`, { cause: error });
  }
}

function isPlaylistPath(path: string): boolean {
  return /\.m3u8?$/i.test(path);
}

/** As a catalogue has it. */
function asWritten(text: string): string {
  const url = new URL(text);
  const object = url.protocol === 's3:' ? bucketObjectOf(url) : undefined;
  return object ? bucketText(object) : text;
}

function plain(url: string): string {
  return withoutTokens(new URL(url), defaultTokenRules).href;
}
