import { isDeepStrictEqual } from 'node:util';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import type { PlannedFile } from '../domain/revision.ts';
import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Decision, Journal } from './journal.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';

/** Videos that are copied at a time. */
const videosAtATime = 4;
/** Files whose outcomes are copied at a time. */
const chunkFiles = 1_000;

/** The journal to read, and the one to write. */
export interface JournalPair {
  readonly from: Journal;
  readonly to: Journal;
}

/** A setting that the two journals disagree on. */
export interface DifferingSetting {
  readonly name: string;
  readonly from: unknown;
  /** It stays as it is. */
  readonly to: unknown;
}

/** Counts of what was written. All but `videos` are 0 if everything was there already. */
export interface ImportCounts {
  /** Those that were looked at. */
  readonly videos: number;
  readonly revisions: number;
  readonly evidence: number;
  readonly failures: number;
  readonly publications: number;
}

/** Copies settings that the other journal lacks, and returns those that differ, for the caller to check before importing. */
export async function importSettings(
  { from, to }: JournalPair,
  names: readonly string[],
): Promise<readonly DifferingSetting[]> {
  const differing: DifferingSetting[] = [];
  for (const name of names) {
    const value = await from.setting(name);
    if (value === undefined) continue;
    const settled = await to.settle(name, value);
    if (!isDeepStrictEqual(settled, value)) differing.push({ name, from: value, to: settled });
  }
  return differing;
}

/**
 * Copies all submitted videos into another journal: decisions, the present and the published revision with their evidence
 * and failures, and the publication. Where both journals have an entry the newer one stays, so an import can be repeated
 * after an interruption or after further work on either side. The submission is written last, so that a video which is
 * listed is complete.
 *
 * @param options.revisionOf - the revision that the ledger counts; undefined where there is none
 */
export async function importJournal(
  pair: JournalPair,
  options: {
    readonly revisionOf: (video: VideoId) => Promise<RevisionDigest | undefined>;
    readonly signal: AbortSignal;
  },
): Promise<ImportCounts> {
  const sum = { videos: 0, revisions: 0, evidence: 0, failures: 0, publications: 0 };
  const imported = readAhead(pair.from.submissions(), videosAtATime, async ({ id }) => {
    options.signal.throwIfAborted();
    return importVideo(id, await options.revisionOf(id), pair);
  });
  for await (const counts of imported) {
    sum.videos += 1;
    sum.revisions += counts.revisions;
    sum.evidence += counts.evidence;
    sum.failures += counts.failures;
    sum.publications += counts.publications;
  }
  return sum;
}

async function importVideo(
  video: VideoId,
  present: RevisionDigest | undefined,
  pair: JournalPair,
): Promise<Omit<ImportCounts, 'videos'>> {
  const { from, to } = pair;
  const publication = await from.publication(video);
  const digests = new Set([present, publication?.revision].filter((digest) => digest !== undefined));
  let [revisions, evidence, failures, publications] = [0, 0, 0, 0];
  for (const digest of digests) {
    const copied = await importRevision(video, digest, pair);
    revisions += copied.revisions;
    evidence += copied.evidence;
    failures += copied.failures;
  }
  if (publication && isNewer(publication, await to.publication(video))) {
    await to.recordPublication(publication);
    publications = 1;
  }
  await importDecisions(video, pair);
  return { revisions, evidence, failures, publications };
}

/** Leaves out what later decisions of the other journal have settled: it takes the last that it is told of for the latest. */
async function importDecisions(video: VideoId, { from, to }: JournalPair): Promise<void> {
  const latest = new Map<string, string>();
  for await (const decision of to.decisions(video)) {
    for (const subject of subjectsOf(decision)) {
      if (decision.at > (latest.get(subject) ?? '')) latest.set(subject, decision.at);
    }
  }
  for await (const decision of from.decisions(video)) {
    // One that the other journal has is told again: it may have been cut off while it was written.
    if (subjectsOf(decision).every((subject) => decision.at >= (latest.get(subject) ?? ''))) await to.decide(decision);
  }
}

/** What a decision settles, until a later one settles the same. */
function subjectsOf(decision: Decision): readonly string[] {
  switch (decision.type) {
    case 'accepted':
      return [];
    case 'prioritised':
      return ['priority'];
    case 'submitted':
      return decision.submission.by === 'person' ? ['submission', 'hold'] : ['submission'];
    default:
      return ['hold'];
  }
}

async function importRevision(
  video: VideoId,
  digest: RevisionDigest,
  { from, to }: JournalPair,
): Promise<Pick<ImportCounts, 'revisions' | 'evidence' | 'failures'>> {
  const header = await from.revision(video, digest);
  if (!header) return { revisions: 0, evidence: 0, failures: 0 };
  const isSealed = (await to.revision(video, digest)) !== undefined;
  const [known, failed] = [await from.failures(video), await to.failures(video)];
  const files: PlannedFile[] = [];
  let [evidence, failures] = [0, 0];
  for (let at = 0; at < header.total; at += chunkFiles) {
    const chunk = await from.files(video, digest, [[at, at + chunkFiles]]);
    if (!isSealed) files.push(...chunk.map(({ file }) => file));
    const keys = chunk.map(({ file }) => file.key);
    const ours = { evidence: await from.evidence(video, keys), failures: known };
    const theirs = { evidence: await to.evidence(video, keys), failures: failed };
    const outcomes = chunk.flatMap(({ index, file }) => newsOf(index, file.key, ours, theirs));
    await to.recordOutcomes(video, outcomes);
    const count = outcomes.filter(({ kind }) => kind === 'failed').length;
    failures += count;
    evidence += outcomes.length - count;
  }
  if (!isSealed) await to.seal({ ...header, files });
  return { revisions: isSealed ? 0 : 1, evidence, failures };
}

interface Known {
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly failures: ReadonlyMap<string, FileFailure>;
}

/** The outcomes of a file that the other journal lacks. Evidence clears a failure, so a later failure is written after it. */
function newsOf(index: number, key: string, ours: Known, theirs: Known): readonly Outcome[] {
  const outcomes: Outcome[] = [];
  const [mine, known] = [ours.evidence.get(key), theirs.evidence.get(key)];
  const evidence = mine && isNewer(mine, known) ? mine : known;
  if (evidence && evidence !== known) outcomes.push({ index, kind: 'copied', evidence });

  const [late, told] = [ours.failures.get(key), theirs.failures.get(key)];
  const failure = late && isNewer(late, told) ? late : told;
  const stands = failure !== undefined && !(evidence && isNewer(evidence, failure));
  if (stands && (failure !== told || outcomes.length > 0)) outcomes.push({ index, kind: 'failed', failure });
  return outcomes;
}

function isNewer(ours: { readonly at: string }, theirs: { readonly at: string } | undefined): boolean {
  return theirs === undefined || theirs.at < ours.at;
}
