import { FlantsError } from '../domain/failure.ts';
import { fanOut } from '../domain/waiting/fan-out.ts';
import { isPlaylist } from '../domain/object-headers.ts';
import type { AcceptedAbsence, VerifyProblem, VerifyReport } from '../domain/report/verification.ts';
import type { PlacedFile, Presentation } from '../hls/presentation.ts';
import { defaultWalkLimits, walkPresentation } from '../hls/walk.ts';
import { checkDocument, checkFile } from './check-object.ts';
import type { Checked, CheckRequest } from './check-object.ts';
import { checkDelivery, judgeTypes, noteFacts } from './delivery.ts';
import type { AskServer } from './delivery.ts';
import { nameIn } from './destination.ts';
import { isAboutContent, readOrReport } from './read-document.ts';
import { sideFilesOf } from './side-files.ts';

/** What to verify, and how thoroughly. */
export interface VerifyRequest extends Omit<CheckRequest, 'keys'> {
  /** Name of the destination in the report. */
  readonly name: string;
  readonly playlistUrl: string;
  /** Objects checked concurrently. */
  readonly concurrency: number;
  /** Whether an object is to be counted: several videos may share it. Absent: all are. */
  readonly counts?: (url: string) => boolean;
  /** Asks as players do how objects are delivered. Absent: the destination is no web server. */
  readonly ask?: AskServer;
}

/**
 * Verifies a copy from the destination alone: walks its playlists and checks every object that they name. Media, keys
 * and playlists outside the destination are problems. Licence servers, and whatever else a copy leaves outside on
 * purpose, are only listed.
 *
 * @returns the report with every problem found; no problems if the copy is complete
 * @throws {FlantsError} when the destination cannot be read at all
 */
export async function verifyPresentation(asked: VerifyRequest, signal: AbortSignal): Promise<VerifyReport> {
  const { ask, playlistUrl, concurrency, counts = () => true } = asked;
  const { destination, seen } = noteFacts(asked.destination);
  const request: VerifyRequest & CheckRequest = { ...asked, destination, keys: new Map() };
  const problems: VerifyProblem[] = [];
  let presentation: Presentation;
  try {
    presentation = await walkPresentation(playlistUrl, {
      limits: defaultWalkLimits,
      external: 'keep',
      tokenRules: { tokenParameters: [] },
      signal,
      fetch: (url, walk) => readOrReport(url, request, problems, walk),
    });
  } catch (error) {
    if (!(error instanceof FlantsError) || !isAboutContent(error.code)) throw error;
    problems.push({ code: 'verify.playlist', key: destination.keyOf(playlistUrl), message: error.message });
    return { ...emptyReport(request), problems };
  }

  // Whatever the walk did not find was not read.
  const unread = new Set(problems.filter(({ code }) => code !== 'verify.playlist').map(({ key }) => key));
  const side = await sideFilesOf(request, problems, signal);
  const documents = [...side.documents, ...presentation.documents];
  const objects = mergeByUrl([...presentation.files, ...side.files]);
  const accepted: AcceptedAbsence[] = [];
  const counted = { playlists: 0, objects: 0, sizeBytes: 0, checkedChecksums: 0 };
  const count = (url: string, kind: 'playlists' | 'objects', checked: Checked): void => {
    if (checked.problem) problems.push(checked.problem);
    if (checked.accepted) accepted.push(checked.accepted);
    if (!counts(url)) return;
    counted[kind] += 1;
    if (kind === 'playlists') return;
    counted.sizeBytes += checked.sizeBytes;
    counted.checkedChecksums += checked.comparedChecksum ? 1 : 0;
  };
  const files = [...objects.values()];
  const check = (file: PlacedFile, either: AbortSignal): Promise<Checked> => checkFile(file, request, either);
  for (const [index, checked] of (await fanOut(files, check, { concurrency, signal })).entries())
    count(files[index]?.fetchUrl ?? '', 'objects', checked);
  for (const document of documents) {
    if (unread.has(nameIn(destination, document.fetchUrl))) continue;
    count(
      document.fetchUrl,
      isPlaylist(document.role) ? 'playlists' : 'objects',
      await checkDocument(document, request, signal),
    );
  }
  const delivery = ask
    ? await checkDelivery(presentation, { ...destination, ask, seen, signal })
    : judgeTypes(presentation, seen);
  return {
    ...emptyReport(request),
    ...counted,
    external: [...presentation.external, ...side.external],
    problems: problems.toSorted(byKey),
    accepted: accepted.toSorted(byKey),
    ...(ask || delivery.length > 0 ? { delivery } : {}),
  };
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function emptyReport({ name }: VerifyRequest): VerifyReport {
  return {
    destination: name,
    playlists: 0,
    objects: 0,
    sizeBytes: 0,
    problems: [],
    external: [],
    accepted: [],
    checkedChecksums: 0,
  };
}

/**
 * Merges the mentions of a file in several playlists. The one with the furthest range counts, and the file is optional,
 * or WebVTT, only if all of them say so. Where they do not agree on what goes before its bytes, nothing is known of these.
 */
function mergeByUrl(files: readonly PlacedFile[]): ReadonlyMap<string, PlacedFile> {
  const merged = new Map<string, PlacedFile>();
  for (const file of files) {
    const known = merged.get(file.fetchUrl);
    merged.set(file.fetchUrl, known ? mergeFiles(known, file) : file);
  }
  return merged;
}

function isSameKey(a: PlacedFile, b: PlacedFile): boolean {
  return a.key?.url === b.key?.url && a.key?.initialVector === b.key?.initialVector && a.sequence === b.sequence;
}

function mergeFiles(a: PlacedFile, b: PlacedFile): PlacedFile {
  const bothSay = (what: 'optional' | 'isWebVtt'): boolean => a[what] === true && b[what] === true;
  const furthest = (b.minSizeBytes ?? 0) > (a.minSizeBytes ?? 0) ? b : a;
  return {
    ...furthest,
    optional: bothSay('optional'),
    isWebVtt: bothSay('isWebVtt'),
    ...(a.cipher === b.cipher && a.hasMap === b.hasMap && isSameKey(a, b) ? {} : { cipher: 'unknown' as const }),
  };
}
