import type { OpenPosters } from '../../control/control-ports.ts';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { KiB } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Journal } from '../../journal/journal.ts';
import { tallyOf } from '../../journal/tally.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { connectStore } from '../connect.ts';
import { credentialsOf } from '../destination-setting.ts';
import type { DestinationSetting } from '../destination-setting.ts';

/** Access to the destination. */
export interface PosterAccess {
  readonly proxies: ProxySettings;
  readonly signal: AbortSignal;
}

/** Where posters are found. */
export interface PosterPlaces extends PosterAccess {
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** Undefined before the first copy. */
  readonly destination: () => Promise<DestinationSetting | undefined>;
}

/** A larger picture would make the page too large for what it shows. */
const maxPosterBytes = 150 * KiB;
const chunkFiles = 1_000;

/** Opens the posters of a library, which are read from its destination. */
export function postersOf(places: PosterPlaces): OpenPosters {
  return async () => {
    const setting = await places.destination();
    if (!setting) return { read: async () => undefined, close: async () => {} };
    const { proxies } = places;
    const store = connectStore(setting.store, { credentials: credentialsOf(setting, proxies), proxies });
    return { read: (video) => readPoster(video, places, store), close: () => store.close() };
  };
}

async function readPoster(video: VideoId, places: PosterPlaces, store: ObjectStore): Promise<string | undefined> {
  const key = await posterKeyOf(video, places);
  if (key === undefined) return undefined;
  const found = await store.get(key, { signal: places.signal });
  if (!found) return undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of found.body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxPosterBytes) return undefined;
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const type = pictureType(bytes);
  return type === undefined ? undefined : `data:${type};base64,${bytes.toString('base64')}`;
}

async function posterKeyOf(video: VideoId, { journal, ledger }: PosterPlaces): Promise<string | undefined> {
  const { record } = (await tallyOf(video, { journal, ledger })) ?? {};
  if (record?.revision === undefined) return undefined;
  for (let from = 0; from < record.total; from += chunkFiles) {
    const files = await journal.files(video, record.revision, [[from, from + chunkFiles]]);
    const poster = files.find(({ file: { role } }) => role === 'poster');
    if (poster) return poster.file.key;
  }
  return undefined;
}

/** By the first bytes: a label may lie. SVG is left out, since it may hold scripts. */
function pictureType(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG') return 'image/png';
  if (bytes.subarray(8, 12).toString('latin1') === 'WEBP') return 'image/webp';
  return bytes.subarray(4, 12).toString('latin1') === 'ftypavif' ? 'image/avif' : undefined;
}
