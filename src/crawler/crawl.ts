import { withoutTokens } from '../domain/tokens.ts';
import type { KeyRules } from '../domain/destination-key.ts';
import { wantsGrants } from '../domain/revision.ts';
import type { Revision, RevisionHeader } from '../domain/revision.ts';
import type { Generation, Submission, VideoRecord } from '../domain/video.ts';
import { walkPresentation } from '../hls/walk.ts';
import type { WalkLimits } from '../hls/walk.ts';
import type { Presentation } from '../hls/presentation.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Source, SourceSession } from '../storage/source.ts';
import { areUnchanged } from '../storage/unchanged.ts';
import { hasFormerNames, isSameUnderFormerNames } from './former-names.ts';
import { planRevision } from './plan.ts';
import type { RevisionPlan } from './plan.ts';
import { readText } from './read-text.ts';
import { findKeyParameters } from './tell-apart.ts';
import { mergeUnstable, unstableNamesOf, withUnstable } from './unstable-names.ts';
import type { NameProbe, UnstableNames } from './unstable-names.ts';

/** What the crawler needs. */
export interface CrawlerPorts {
  readonly source: Source;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly keyRules: KeyRules;
  readonly limits: WalkLimits;
  /** What to do with URIs that would make a player ask the old home: refuse the video, or keep and report them. */
  readonly external: 'refuse' | 'keep';
  readonly newGeneration: () => Generation;
  /** Absent: names are taken for stable. */
  readonly nameProbe?: NameProbe;
}

/** What a crawl came to. */
export type CrawlResult =
  /** The source is as it was when the present revision was sealed. */
  | { readonly result: 'unchanged'; readonly grants: Grants }
  /** A revision was sealed and registered. */
  | { readonly result: 'planned'; readonly revision: Revision; readonly grants: Grants }
  /** Somebody registered the video anew meanwhile: theirs counts. */
  | { readonly result: 'stale' };

/** Full URLs, tokens included, of files whose plan has another, by index. Never stored. */
export type FetchUrls = ReadonlyMap<number, string>;

/** What reading the playlists has given beside the plan. Secrets: never stored. */
export interface Grants {
  readonly fetchUrls: FetchUrls;
  /** Cookie header for a URL of a file. Absent if the source gave no cookies for any. */
  readonly cookieFor?: SourceSession['cookieFor'];
}

/**
 * Makes the plan of a video and registers it: playlists that answer 304 keep the revision there is, the same
 * presentation keeps its numbering.
 *
 * @param recheck - register anew even where nothing changed, so that each file is asked for again
 * @throws {FlantsError} of the source or of `hls`, `key.*`; the caller decides about trying again
 */
export async function crawlVideo(
  submission: Submission,
  record: VideoRecord,
  ports: CrawlerPorts,
  { recheck, signal }: { readonly recheck: boolean; readonly signal: AbortSignal },
): Promise<CrawlResult> {
  const { journal, ledger, source } = ports;
  const present = record.revision === undefined ? undefined : await journal.revision(submission.id, record.revision);
  const mayKeep = present !== undefined && !recheck;
  const mayAsk = mayKeep && !wantsGrants(present) && isPlanOf(submission, present, ports.keyRules);
  if (mayAsk && (await areUnchanged(source, present.playlists, signal))) {
    return { result: 'unchanged', grants: { fetchUrls: new Map() } };
  }
  const { revision, ...grants } = await planVideo(submission, ports, { present, signal });
  if (mayKeep && revision.digest === present.digest) return { result: 'unchanged', grants };
  if (mayKeep && hasFormerNames(ports.keyRules) && (await isSameUnderFormerNames(present, revision, journal))) {
    const fetchUrls = new Map(revision.files.map(({ url }, at) => [at, grants.fetchUrls.get(at) ?? url]));
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

/** Whether a plan was made from the playlist that the video has now: of another one it says nothing that its own are unchanged. */
function isPlanOf(
  { playlistUrl }: Submission,
  { playlists }: Pick<RevisionHeader, 'playlists'>,
  keyRules: KeyRules,
): boolean {
  // The root is read first and published last.
  return playlists.at(-1)?.url === withoutTokens(new URL(playlistUrl), keyRules).href;
}

/**
 * Reads the playlists and plans, without storing anything.
 *
 * @param present - the video's present plan, if there is one: what it has found out is not asked again
 */
export async function planVideo(
  submission: Submission,
  ports: Pick<CrawlerPorts, 'source' | 'keyRules' | 'limits' | 'external' | 'nameProbe'>,
  { present, signal }: { readonly present?: PresentPlan | undefined; readonly signal: AbortSignal },
): Promise<Grants & { readonly revision: Revision }> {
  const { source, keyRules, limits, external, nameProbe } = ports;
  const readIn = (session: Session): Promise<Presentation> =>
    walkPresentation(submission.playlistUrl, {
      fetch: (url, walk) => readText(session, url, { maxBytes: limits.maxPlaylistBytes, signal: walk.signal }),
      limits,
      external,
      tokenRules: keyRules,
      signal,
    });
  const session = sessionOf(source);
  const presentation = await readIn(session);
  const plan = async (unstable: UnstableNames): Promise<RevisionPlan> => {
    const rules = withUnstable(keyRules, unstable);
    const found = await findKeyParameters(presentation, {
      source: session,
      keyRules: rules,
      known: present?.queryFindings,
      signal,
    });
    return planRevision({
      video: submission.id,
      presentation,
      keyRules: rules,
      queryFindings: { ...found, ...unstable },
    });
  };
  const known = unstableNamesOf(present?.queryFindings);
  const planned = await plan(known);
  if (!nameProbe || planned.revision.digest === present?.digest) return withCookies(planned, presentation, session);
  // With cookies of its own: those of the first reading might keep the names of that session.
  const readAnew = (): Promise<Presentation> => readIn(sessionOf(source));
  const unstable = await nameProbe.of(presentation, readAnew, withUnstable(keyRules, known));
  signal.throwIfAborted();
  const isNew = [...(unstable.tokenParameters ?? []), ...(unstable.sessionPatterns ?? [])].length > 0;
  return withCookies(isNew ? await plan(mergeUnstable(known, unstable)) : planned, presentation, session);
}

type PresentPlan = Pick<RevisionHeader, 'digest' | 'queryFindings'>;

/** One reading of a presentation, with the cookies that it is given if the source knows any. */
type Session = Pick<Source, 'fetch'> & Partial<Pick<SourceSession, 'cookieFor'>>;

function sessionOf(source: Source): Session {
  return source.openSession?.() ?? source;
}

/** Adds the cookies of a reading to its plan, if some go with files. */
function withCookies(
  { revision, fetchUrls }: RevisionPlan,
  { files }: Presentation,
  session: Session,
): Grants & { readonly revision: Revision } {
  const cookieFor: SourceSession['cookieFor'] = (url) => session.cookieFor?.(url);
  const hasCookies = files.some(({ fetchUrl }) => cookieFor(fetchUrl) !== undefined);
  return hasCookies ? { revision: { ...revision, hasCookies }, fetchUrls, cookieFor } : { revision, fetchUrls };
}
