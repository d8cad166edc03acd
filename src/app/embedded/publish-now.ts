import { second } from '../../domain/units.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { publishVideo } from '../../publisher/publish.ts';
import type { PublishResult } from '../../publisher/publish.ts';
import { namedHosts } from '../named-hosts.ts';
import { readDestination } from '../destination-setting.ts';
import { openCdn } from '../open/cdn.ts';
import type { CdnAccess } from '../open/cdn.ts';
import { openDestination } from '../open/destination.ts';
import { openSource } from '../open/source.ts';
import type { OpenOptions } from '../open/destination.ts';
import type { Closer } from './open-places.ts';
import { readSourceStore } from '../source-setting.ts';

/**
 * Publishes a video of a state file at once. Ends all leases, so no copy may be running on the state.
 *
 * @throws {FlantsError} as the destination
 */
export async function publishNow(
  video: VideoId,
  { journal, ledger }: { readonly journal: Journal; readonly ledger: Ledger },
  options: OpenOptions & Pick<CdnAccess, 'cdn'>,
): Promise<PublishResult['result']> {
  const destination = await readDestination(journal);
  if (!destination) return 'stale';
  const { proxies, signal, headerPolicy } = options;
  const closers: Closer[] = [];
  try {
    const { store } = await openDestination(destination, options);
    closers.push(() => store.close());
    const { profile, store: place } = destination;
    const ca = place.kind === 's3' ? place.ca : undefined;
    const access = { ...(profile === undefined ? {} : { profile }), ...(ca === undefined ? {} : { ca }) };
    const cdn = await openCdn(destination, { ...options, ...access }, options);
    if (cdn) closers.push(() => cdn.close());
    // Whoever copied it from this machine named its playlist.
    const playlistUrl = (await journal.submission(video))?.playlistUrl;
    const named = await namedHosts(playlistUrl === undefined ? [] : [playlistUrl], proxies);
    const source = openSource({
      headers: [],
      connections: 4,
      timeoutMs: 30 * second,
      allowsFiles: true,
      proxies,
      ...(await readSourceStore(journal)),
      reach: { named, allowed: [] },
    });
    closers.push(() => source.close());
    await ledger.releaseAll();
    const published = await publishVideo(
      video,
      {
        journal,
        ledger,
        store,
        source,
        existing: 'verify',
        ...(headerPolicy ? { headerPolicy } : {}),
        ...(cdn ? { cdn } : {}),
        now: Date.now,
      },
      signal,
    );
    return published.result;
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}
