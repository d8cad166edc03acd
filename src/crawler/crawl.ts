import { identityOf } from '../domain/names/destination-key.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import { liveAfterLook, playlistsToAsk, quietTimeLeft } from '../domain/live.ts';
import type { Live, LiveFinding } from '../domain/live.ts';
import type { ReadPlaylist } from '../domain/read-playlist.ts';
import { playlistsFromRoot, wantsGrants } from '../domain/revision.ts';
import type { Revision, RevisionHeader } from '../domain/revision.ts';
import type { Generation, Submission, VideoRecord } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { areUnchanged } from '../storage/unchanged.ts';
import { hasSameSideList } from './side-list.ts';
import { FetchUrls } from './fetch-urls.ts';
import { hasFormerNames, isSameUnderFormerNames } from './former-names.ts';
import { assumeEnded, findLive, isComplete } from './live.ts';
import { planReading, readPlaylists, tellingNoTokens } from './plan-video.ts';
import type { Grants, PlanningOptions, PlanningPorts, Reading } from './plan-video.ts';

/** What the crawler needs. */
export interface CrawlerPorts extends PlanningPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly newGeneration: () => Generation;
  /** Whether to take a recording as over that nothing was added to for three target durations. Absent: never. */
  readonly assumeEnded?: boolean;
  /** The shortest distance between two looks at a recording that is not over. Absent: nobody looks again by himself. */
  readonly liveEveryMs?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a crawl came to. */
export type CrawlResult =
  /** The source is as it was when the present revision was sealed. */
  | { readonly result: 'unchanged'; readonly grants: Grants }
  /** A revision was sealed and registered. */
  | { readonly result: 'planned'; readonly revision: Revision; readonly grants: Grants }
  /** Its recording is not over, which is in the ledger. */
  | { readonly result: 'live'; readonly live: Live }
  /** Somebody registered the video anew meanwhile: theirs counts. */
  | { readonly result: 'stale' };

/**
 * Makes the plan of a video and registers it: playlists that answer 304 keep the revision there is, the same
 * presentation keeps its numbering. Of a recording that is not over, keeps what this look has found; the next one asks
 * only for what shows whether it still is not.
 *
 * @param options.recheck - register anew even where nothing changed, so that each file is asked for again
 * @throws {FlantsError} of the source or of `hls`, `key.*`; the caller decides about trying again
 */
export async function crawlVideo(
  submission: Submission,
  record: VideoRecord,
  ports: CrawlerPorts,
  options: CrawlOptions,
): Promise<CrawlResult> {
  return tellingNoTokens(ports, () => crawl(submission, record, ports, options));
}

interface CrawlOptions {
  readonly recheck: boolean;
  readonly signal: AbortSignal;
}

async function crawl(
  submission: Submission,
  record: VideoRecord,
  ports: CrawlerPorts,
  { recheck, signal }: CrawlOptions,
): Promise<CrawlResult> {
  const { journal, ledger, source } = ports;
  const present = record.revision === undefined ? undefined : await journal.revision(submission.id, record.revision);
  // A plan that counted as void is proven anew.
  const mayKeep = present !== undefined && !recheck && !record.live;
  // The root is read first and published last.
  const mayAsk =
    mayKeep &&
    !wantsGrants(present) &&
    hasSameSideList(present, submission, ports.keyRules) &&
    isOf(submission, present.playlists.at(-1), ports.keyRules);
  if (mayAsk && (await areUnchanged(source, playlistsFromRoot(present), signal))) {
    return { result: 'unchanged', grants: { fetchUrls: new FetchUrls() } };
  }
  const before = record.live && isOf(submission, record.live.playlists[0], ports.keyRules) ? record.live : undefined;
  if (before && !(await mayHaveEnded(before, ports, signal))) return keepLooking(submission, record, before, ports);

  const reading = await readPlaylists(submission, ports, signal);
  const planning = { present, signal };
  const finding = findLive(reading.presentation, ports.keyRules);
  const isOver =
    !finding ||
    (isComplete(reading.presentation) && isQuiet(liveAfterLook(before, finding, { now: ports.now() }), ports)) ||
    (present !== undefined && (await isAsSealed(present, submission, reading, ports, planning)));
  if (!isOver) return keepLooking(submission, record, finding, ports);

  const ended = finding ? { ...reading, presentation: assumeEnded(reading.presentation) } : reading;
  const { revision, ...grants } = await planReading(submission, ended, ports, planning);
  if (mayKeep && revision.digest === present.digest) return { result: 'unchanged', grants };
  if (mayKeep && hasFormerNames(ports.keyRules) && (await isSameUnderFormerNames(present, revision, journal))) {
    // The present plan has URLs of the former names.
    const fetchUrls = new FetchUrls(revision.files.map(({ url }, at) => [at, undefined, grants.fetchUrls.of(at, url)]));
    return { result: 'unchanged', grants: { ...grants, fetchUrls } };
  }

  await journal.seal(revision);
  const registered = await ledger.apply(submission.id, {
    type: 'register',
    seen: record.generation,
    generation: ports.newGeneration(),
    revision: revision.digest,
    total: revision.files.length,
    done: [],
  });
  return registered.result === 'stale' ? { result: 'stale' } : { result: 'planned', revision, grants };
}

/** Whether this is the first playlist of a video as it is submitted now: what was found out about another says nothing. */
function isOf({ playlistUrl }: Submission, root: Pick<ReadPlaylist, 'url'> | undefined, keyRules: KeyRules): boolean {
  return root?.url === identityOf(new URL(playlistUrl), keyRules).href;
}

/** Whether a recording may be over by now: its playlists have changed, or it is to be taken as over because they have not. */
async function mayHaveEnded(live: Live, ports: CrawlerPorts, signal: AbortSignal): Promise<boolean> {
  if (isQuiet(live, ports) || live.hasTokens) return true;
  try {
    return !(await areUnchanged(ports.source, playlistsToAsk(live), signal));
  } catch {
    // Its playlists may have other names by now. If not, reading them all fails alike.
    signal.throwIfAborted();
    return true;
  }
}

/** Whether a recording has been the same for so long that it is to be taken as over. */
function isQuiet(live: Live, { assumeEnded: mayAssume = false, now }: CrawlerPorts): boolean {
  return mayAssume && quietTimeLeft(live, now()) <= 0;
}

/** Whether a recording names what it did when it was taken as over and its plan was sealed. */
async function isAsSealed(
  { digest }: Pick<RevisionHeader, 'digest'>,
  submission: Submission,
  reading: Reading,
  { nameProbe: _, ...ports }: CrawlerPorts,
  planning: PlanningOptions,
): Promise<boolean> {
  // Names are not probed: one that grows has others at the next reading anyway.
  return (
    isComplete(reading.presentation) &&
    (await planReading(submission, reading, ports, planning)).revision.digest === digest
  );
}

/** Keeps what a look at a recording that is not over has found. */
async function keepLooking(
  { id }: Submission,
  { generation, live: before }: VideoRecord,
  finding: LiveFinding,
  { ledger, now, liveEveryMs }: CrawlerPorts,
): Promise<CrawlResult> {
  const live = liveAfterLook(before, finding, { now: now(), everyMs: liveEveryMs });
  const applied = await ledger.apply(id, { type: 'live', generation, live });
  return applied.result === 'stale' ? { result: 'stale' } : { result: 'live', live };
}
