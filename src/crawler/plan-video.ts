import type { KeyRules } from '../domain/names/destination-key.ts';
import { FlantsError } from '../domain/failure.ts';
import { namingOf } from '../domain/names/naming.ts';
import type { Revision, RevisionHeader } from '../domain/revision.ts';
import { textWithoutTokens, withoutTokens } from '../domain/names/tokens.ts';
import type { Submission } from '../domain/video.ts';
import type { Presentation } from '../hls/presentation.ts';
import type { EarlierDocuments, FetchDocumentOptions } from '../hls/fetch-document.ts';
import { walkPresentation } from '../hls/walk.ts';
import { noSideFiles, readSideFiles } from '../hls/side-files.ts';
import type { SidePresentation } from '../hls/side-files.ts';
import type { WalkLimits } from '../hls/walk.ts';
import type { Source, SourceSession } from '../storage/source.ts';
import type { FetchUrls } from './fetch-urls.ts';
import { planRevision } from './plan.ts';
import type { RevisionPlan } from './plan.ts';
import { readText } from './read-text.ts';
import { findKeyParameters } from './tell-apart.ts';
import { mergeUnstable, unstableNamesOf, withUnstable } from './unstable-names.ts';
import type { NameProbe, UnstableNames } from './unstable-names.ts';

/** What reading and planning need. */
export interface PlanningPorts {
  readonly source: Source;
  readonly keyRules: KeyRules;
  readonly limits: WalkLimits;
  /** What to do with URIs that would make a player ask the old home: refuse the video, or keep and report them. */
  readonly external: 'refuse' | 'keep';
  /** Absent: names are taken for stable. */
  readonly nameProbe?: NameProbe;
}

/** How to plan. */
export interface PlanningOptions {
  /** The video's present plan, if there is one: what it has found out is not asked again. */
  readonly present?: PresentPlan | undefined;
  readonly signal: AbortSignal;
}

/** What reading the playlists has given beside the plan. Secrets: never stored. */
export interface Grants {
  readonly fetchUrls: FetchUrls;
  /** Cookie header for a URL of a file. Absent if the source gave no cookies for any. */
  readonly cookieFor?: SourceSession['cookieFor'];
}

/** What one reading of a video's playlists gave, with the cookies that came with them. */
export interface Reading {
  readonly presentation: Presentation;
  /** What the catalogue names beside. */
  readonly side: SidePresentation;
  readonly session: Session;
  /** For the next reading of the same playlists. */
  readonly documents: EarlierDocuments;
}

/**
 * Reads the playlists of a video, those of a recording that is not over too, and what names files beside them.
 *
 * @param documents - of earlier readings
 */
export async function readPlaylists(
  { playlistUrl, sideFiles = [] }: Submission,
  { source, keyRules, limits, external }: PlanningPorts,
  signal: AbortSignal,
  documents: EarlierDocuments = new Map(),
): Promise<Reading> {
  const session = sessionOf(source);
  const maxBytes = limits.maxPlaylistBytes;
  const fetch: FetchDocumentOptions['fetch'] = (url, walk) => readText(session, url, { maxBytes, signal: walk.signal });
  const how = { fetch, external, tokenRules: keyRules, earlier: documents, signal };
  const presentation = await walkPresentation(playlistUrl, { ...how, limits });
  const namedBy = withoutTokens(new URL(playlistUrl), keyRules).href;
  const side = sideFiles.length === 0 ? noSideFiles : await readSideFiles(sideFiles, { ...how, maxBytes, namedBy });
  return { presentation, side, session, documents };
}

/** Plans what was read, as if its recording were over. Stores nothing. */
export async function planReading(
  submission: Submission,
  { presentation, side, session, documents }: Reading,
  ports: PlanningPorts,
  { present, signal }: PlanningOptions,
): Promise<Grants & { readonly revision: Revision }> {
  const { keyRules, nameProbe } = ports;
  const plan = async (unstable: UnstableNames): Promise<RevisionPlan> => {
    const naming = namingOf(withUnstable(keyRules, unstable));
    const found = await findKeyParameters(presentation, {
      source: session,
      naming,
      known: present?.queryFindings,
      signal,
    });
    return planRevision({
      video: submission.id,
      presentation,
      side,
      naming,
      queryFindings: { ...found, ...unstable },
    });
  };
  const known = unstableNamesOf(present?.queryFindings);
  const planned = await plan(known);
  if (!nameProbe || planned.revision.digest === present?.digest) return withCookies(planned, presentation, session);
  // With cookies of its own: those of the first reading might keep the names of that session.
  const readAnew = async (): Promise<Presentation> =>
    (await readPlaylists(submission, ports, signal, documents)).presentation;
  const unstable = await nameProbe.of(presentation, readAnew, withUnstable(keyRules, known));
  signal.throwIfAborted();
  const isNew = [...(unstable.tokenParameters ?? []), ...(unstable.sessionPatterns ?? [])].length > 0;
  return withCookies(isNew ? await plan(mergeUnstable(known, unstable)) : planned, presentation, session);
}

/** Reads the playlists and plans, without storing anything. A recording that is not over is planned as it is now. */
export async function planVideo(
  submission: Submission,
  ports: PlanningPorts,
  options: PlanningOptions,
): Promise<Grants & { readonly revision: Revision }> {
  return tellingNoTokens(ports, async () =>
    planReading(submission, await readPlaylists(submission, ports, options.signal), ports, options),
  );
}

/** Runs something with the source, whose errors name URLs as it was asked for them. They are kept, as tokens never are. */
export async function tellingNoTokens<T>(
  { keyRules }: Pick<PlanningPorts, 'keyRules'>,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof FlantsError)) throw error;
    const message = textWithoutTokens(error.message, keyRules);
    throw message === error.message ? error : new FlantsError(error.code, message, { ...error.failure, cause: error });
  }
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
