import type { Tally } from '../domain/change.ts';
import { countOf, union } from '../domain/index-ranges.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { LiveDelta, LiveEnd, LiveParts, LiveSnapshot } from '../domain/progress/live-view.ts';
import { minute, second } from '../domain/units.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import type { RecordCache } from '../journal/record-cache.ts';
import { tallyAtRest } from '../journal/tally.ts';
import { createJournalListing } from './journal-listing.ts';
import { createLibraryView } from './library-view.ts';
import type { LibraryView, ShownLimits, VideoWords } from './library-view.ts';
import { createLiveCauses } from './live-causes.ts';
import type { ActiveBatch, Gauges, MonitorPorts } from './monitor-ports.ts';
import { createShownVideos } from './shown-videos.ts';

/** A library as it is while somebody watches: read once, then followed by its changes. */
export interface WatchedLibrary {
  readonly view: Pick<LibraryView, 'rows' | 'version'>;
  /** Whether videos are still being read. */
  readonly isCounting: boolean;
  /**
   * Reads what has changed. After an error, it is to be called with the same videos again.
   *
   * @returns a function that takes it over at once, and tells what viewers do not know of it yet; undefined: nothing
   */
  follow(changed: Iterable<VideoId>, ended: LiveEnd | null): Promise<() => LiveDelta | undefined>;
  /** All that viewers know after the latest `follow` that was taken over. */
  snapshot(): LiveSnapshot;
  /** Ends reading. */
  close(): void;
}

const readsAtATime = 16;
const gaugesEveryMs = second;
/** How often the journal is listed, for videos that came or went without the ledger's knowing. */
const relistEveryMs = 5 * minute;
const maxBatches = 300;

/** A snapshot holds no more than a megabyte of fields, before it is compressed. */
const limits: ShownLimits = { maxVideos: 1_000, maxFieldFiles: 4_000_000, publishedStaysMs: 15 * second };

interface Measurement {
  readonly gauges: Gauges;
  readonly inFlight: ReadonlyMap<VideoId, IndexRanges>;
  readonly at: number;
}

/**
 * Reads the ledger, and begins to read the journal.
 *
 * @param records - outlives this, so that the next reading of the journal is cheap
 */
export async function watchLibrary(ports: MonitorPorts, records: RecordCache): Promise<WatchedLibrary> {
  const { ledger, journal, now, history } = ports;
  const view = createLibraryView(now);
  const causes = createLiveCauses(ports);
  const shown = createShownVideos();
  /** Of videos that are shown with their field. */
  const tallies = new Map<VideoId, Tally>();
  const closing = new AbortController();
  let measured: Measurement | undefined;
  let sampledAt = history().at(-1)?.[0] ?? 0;
  let listing: Promise<void> | undefined;
  let listedAt: number | undefined;
  let parts: LiveParts | undefined;
  let told: ReadonlyMap<string, string> = new Map();

  const put = (id: VideoId, record: VideoRecord | undefined, words?: VideoWords): void => {
    view.put(id, { ...(record ? { record } : {}), ...(words ? { words } : {}) });
    causes.note(id, view.row(id)?.record);
  };
  const remove = (id: VideoId): void => {
    view.remove(id);
    tallies.delete(id);
    causes.note(id, undefined);
  };
  for await (const { video, record } of ledger.videos()) put(video, record);
  const rest = createJournalListing(view, { ...ports, records, put, remove, signal: closing.signal });

  const readChanged = async (id: VideoId): Promise<void> => {
    const tally = (await ledger.tally(id)) ?? (await tallyAtRest(id, journal));
    if (!tally) return remove(id);
    if (tallies.has(id)) tallies.set(id, tally);
    put(id, tally.record, view.row(id)?.words ?? (await rest.wordsOf(id)));
  };
  const listRest = (): void => {
    if (listing || (listedAt !== undefined && now() - listedAt < relistEveryMs)) return;
    const end = (): void => {
      listing = undefined;
      listedAt = now();
    };
    listing = rest.run().then(end, (error: unknown) => {
      end();
      if (!closing.signal.aborted) ports.onTrouble(error);
    });
  };
  const measure = async (): Promise<Measurement> => {
    if (measured && now() - measured.at < gaugesEveryMs) return measured;
    const [gauges] = await Promise.all([ports.gauges(view.totals, view.openFiles), causes.read()]);
    measured = { gauges, inFlight: inFlightOf(gauges.batches), at: now() };
    return measured;
  };
  const readShown = async (): Promise<ReturnType<LibraryView['shown']>> => {
    const wanted = view.shown(limits);
    for (const id of tallies.keys()) if (!wanted.get(id)?.hasField) tallies.delete(id);
    const missing = [...wanted].flatMap(([id, { hasField }]) => (hasField && !tallies.has(id) ? [id] : []));
    await forEach(missing, async (id) => {
      const tally = await ledger.tally(id);
      if (!tally) return;
      tallies.set(id, tally);
      put(id, tally.record);
    });
    return wanted;
  };
  const partsNow = ({ progress, services, queues, batches, ...others }: Gauges, ended: LiveEnd | null): LiveParts => ({
    totals: structuredClone(view.totals),
    progress,
    causes: causes.causes,
    services,
    queues,
    batches: batches.slice(0, maxBatches).map(({ files, ...batch }) => ({ ...batch, files: countOf(files) })),
    ...others,
    ended,
    isCounting: listedAt === undefined,
    listVersion: view.version,
  });

  const takeOver = (
    { gauges, inFlight }: Measurement,
    wanted: ReturnType<LibraryView['shown']>,
    ended: LiveEnd | null,
  ): LiveDelta | undefined => {
    parts = partsNow(gauges, ended);
    const rows = [...wanted.keys()].flatMap((id) => {
      const [row, tally, files] = [view.row(id), tallies.get(id), inFlight.get(id)];
      return row ? [{ row, ...(tally ? { tally } : {}), ...(tally && files ? { inFlight: files } : {}) }] : [];
    });
    const { videos, gone } = shown.show(rows);
    const texts = new Map(Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]));
    const differing = Object.entries(parts).filter(([name]) => told.get(name) !== texts.get(name));
    told = texts;
    const samples = history().filter(([at]) => at > sampledAt);
    sampledAt = samples.at(-1)?.[0] ?? sampledAt;
    if (differing.length + videos.length + gone.length + samples.length === 0) return undefined;
    return {
      at: now(),
      ...Object.fromEntries(differing),
      ...(samples.length > 0 ? { history: samples } : {}),
      ...(videos.length > 0 ? { videos } : {}),
      ...(gone.length > 0 ? { gone } : {}),
    };
  };

  return {
    view,
    get isCounting() {
      return listedAt === undefined;
    },
    async follow(changed, ended) {
      listRest();
      await forEach(changed, readChanged);
      const measurement = await measure();
      const wanted = await readShown();
      return () => takeOver(measurement, wanted, ended);
    },
    snapshot() {
      if (!parts) throw new Error('a snapshot before anything was read');
      const { version, destination, playUrl } = ports;
      return {
        format: 1,
        at: now(),
        version,
        destination,
        ...(playUrl === undefined ? {} : { playUrl }),
        ...parts,
        history: history().filter(([at]) => at <= sampledAt),
        videos: shown.all(),
      };
    },
    close: () => closing.abort(),
  };
}

async function forEach(ids: Iterable<VideoId>, work: (id: VideoId) => Promise<void>): Promise<void> {
  for await (const _ of readAhead(ids, readsAtATime, work));
}

/** Files that workers have, by video. */
function inFlightOf(batches: readonly ActiveBatch[]): ReadonlyMap<VideoId, IndexRanges> {
  const byVideo = new Map<VideoId, IndexRanges>();
  for (const { video, files } of batches) byVideo.set(video, union(byVideo.get(video) ?? [], files));
  return byVideo;
}
