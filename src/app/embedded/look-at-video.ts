import { findLive } from '../../crawler/live.ts';
import { planReading, readPlaylists, tellingNoTokens } from '../../crawler/plan-video.ts';
import type { Grants, PlanningPorts } from '../../crawler/plan-video.ts';
import { rangesOfBits } from '../../domain/bits.ts';
import { failureOf } from '../../domain/failure.ts';
import { indicesOf } from '../../domain/index-ranges.ts';
import { liveAfterLook, quietTimeLeft } from '../../domain/live.ts';
import type { VideoReport } from '../../domain/report/copy.ts';
import { rootKeyOf } from '../../domain/revision.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../../domain/revision.ts';
import { withoutTokens } from '../../domain/names/tokens.ts';
import type { RevisionDigest, Submission, VideoId } from '../../domain/video.ts';
import type { Journal } from '../../journal/journal.ts';
import { reportLive, reportVideo } from '../../journal/report-video.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { readKeyRules } from '../../engine/key-rules.ts';
import { hasStateFile, openStateFile } from '../../state/file.ts';

/** The state of earlier runs. It is only read. */
export interface PreviousState {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** What a look at a video has found. */
export interface Look {
  readonly report: VideoReport;
  /** Absent for a video of which no plan was made: one that cannot be copied now, or that somebody holds. */
  readonly plan?: {
    readonly revision: Revision;
    readonly grants: Grants;
    /** Sizes of files that were copied, by index. A copy would fetch these only if the source has changed. */
    readonly copied: ReadonlyMap<number, number>;
    /** Indices of files that somebody accepted as missing. A copy leaves them alone. */
    readonly accepted: ReadonlySet<number>;
  };
}

/** What a look needs. */
export interface LookPorts extends PlanningPorts {
  readonly previous: PreviousState | undefined;
  readonly assumeEnded: boolean;
}

/** What a report says of a video without a plan. */
const nothingPlanned = {
  files: { total: 0, done: 0, failed: 0, accepted: 0 },
  sizeBytes: 0,
  external: [],
  warnings: [],
} as const;

/** Keys per read of evidence, which bounds memory for videos of any size. */
const filesPerLookup = 1_000;

/** Calls something with the state in a folder, if there is one. */
export async function withPreviousState<T>(
  stateDir: string | undefined,
  use: (previous: PreviousState | undefined) => Promise<T>,
): Promise<T> {
  if (stateDir === undefined || !hasStateFile(stateDir)) return use(undefined);
  const state = openStateFile(stateDir, { readOnly: true });
  try {
    return await use({ journal: new SqliteJournal(state), ledger: new SqliteLedger(state) });
  } finally {
    state.close();
  }
}

/** The journal of a state whose key rules are fixed. `resolveKeyRules` only reads such a journal. */
export async function journalWithKeyRules(previous: PreviousState | undefined): Promise<Journal | undefined> {
  return previous && (await readKeyRules(previous.journal)) ? previous.journal : undefined;
}

/** Reads the playlists of a video and plans it, and writes nothing. What keeps it from being copied is in the report. */
export async function lookAtVideo(submission: Submission, ports: LookPorts, signal: AbortSignal): Promise<Look> {
  const { id, title, playlistUrl } = submission;
  const common = {
    id,
    ...(title === undefined ? {} : { title }),
    playlistUrl: withoutTokens(new URL(playlistUrl), ports.keyRules).href,
    failures: [],
  };
  try {
    return await tellingNoTokens(ports, () => look(submission, common, ports, signal));
  } catch (error) {
    return { report: { ...common, ...nothingPlanned, state: 'invalid', invalid: failureOf(error) } };
  }
}

/** The report on a video if a copy goes well. */
export function asCopied(report: VideoReport): VideoReport {
  return report.state === 'waiting' ? { ...report, state: 'published' } : report;
}

type Common = Pick<VideoReport, 'id' | 'title' | 'playlistUrl' | 'failures'>;

async function look(submission: Submission, common: Common, ports: LookPorts, signal: AbortSignal): Promise<Look> {
  const { previous, keyRules, assumeEnded } = ports;
  const { id } = submission;
  const record = await previous?.ledger.read(id);
  const held = previous && record?.hold && (await reportVideo(id, { ...previous, tokenRules: keyRules }));
  if (held) return { report: held };
  const reading = await readPlaylists(submission, ports, signal);
  const live = liveNow(findLive(reading.presentation, keyRules), record?.live, assumeEnded);
  const ifLive: VideoReport | undefined = live && {
    ...common,
    ...nothingPlanned,
    state: 'live',
    live: reportLive(live),
  };
  if (ifLive && record?.published === undefined) return { report: ifLive };
  const present = await presentPlan(id, previous);
  const { revision, ...grants } = await planReading(submission, reading, ports, { present, signal });
  const { digest, files, documents, external, warnings } = revision;
  if (ifLive && record?.published !== digest) return { report: ifLive };
  const playlistKey = rootKeyOf(documents);
  const mayBeAccepted = record?.revision === digest && record.accepted > 0;
  const accepted = mayBeAccepted ? await findAccepted(id, digest, previous) : new Set<number>();
  const copied = await findCopied(id, files, accepted, previous);
  const report: VideoReport = {
    ...common,
    state: record?.published === digest ? 'published' : 'waiting',
    files: { total: files.length, done: copied.size, failed: accepted.size, accepted: accepted.size },
    sizeBytes: [...copied.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0),
    revision: digest,
    ...(playlistKey === undefined ? {} : { playlistKey }),
    external,
    warnings,
  };
  return { report, plan: { revision, grants, copied, accepted } };
}

function liveNow(
  finding: ReturnType<typeof findLive>,
  before: Parameters<typeof liveAfterLook>[0],
  assumeEnded: boolean,
): ReturnType<typeof liveAfterLook> | undefined {
  const now = Date.now();
  const seen = finding && liveAfterLook(before, finding, { now });
  return seen && !(assumeEnded && quietTimeLeft(seen, now) <= 0) ? seen : undefined;
}

async function presentPlan(video: VideoId, previous: PreviousState | undefined): Promise<RevisionHeader | undefined> {
  const revision = (await previous?.ledger.read(video))?.revision;
  return revision === undefined ? undefined : previous?.journal.revision(video, revision);
}

/** Finds the files of a plan that were accepted. Under another plan, a copy tries them once more. */
async function findAccepted(
  video: VideoId,
  digest: RevisionDigest,
  previous: PreviousState | undefined,
): Promise<ReadonlySet<number>> {
  const tally = await previous?.ledger.tally(video);
  if (!tally || tally.record.revision !== digest) return new Set();
  return new Set(indicesOf(rangesOfBits(tally.accepted, tally.record.total)));
}

/** Finds files with evidence for the same URL. Accepted ones may have some: what was copied before the source lost them. */
async function findCopied(
  video: VideoId,
  files: readonly PlannedFile[],
  accepted: ReadonlySet<number>,
  previous: PreviousState | undefined,
): Promise<ReadonlyMap<number, number>> {
  const copied = new Map<number, number>();
  if (!previous) return copied;
  for (let from = 0; from < files.length; from += filesPerLookup) {
    const chunk = files.slice(from, from + filesPerLookup);
    const keys = chunk.map(({ key }) => key);
    const evidence = await previous.journal.evidence(video, keys);
    for (const [at, { key, url }] of chunk.entries()) {
      const found = evidence.get(key);
      if (found?.url === url && !accepted.has(from + at)) copied.set(from + at, found.sizeBytes);
    }
  }
  return copied;
}
