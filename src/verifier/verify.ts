import { bodyProblem, isPageType } from '../domain/body-problem.ts';
import { isPlaylist } from '../domain/object-headers.ts';
import { keyBytesOf } from '../domain/revision.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { placeOf } from '../domain/tokens.ts';
import type { AcceptedAbsence, VerifyProblem, VerifyReport } from '../domain/verify-report.ts';
import { fanOut } from '../domain/fan-out.ts';
import { readSideFiles, noSideFiles } from '../hls/side-files.ts';
import type { SidePresentation } from '../hls/side-files.ts';
import { readSideList, sideListKey } from '../domain/side-file.ts';
import { isWebVtt } from '../hls/fetch-document.ts';
import type { DocumentRequest } from '../hls/fetch-document.ts';
import { parsePlaylist } from '../hls/playlist.ts';
import { defaultWalkLimits, walkPresentation } from '../hls/walk.ts';
import type { PlacedFile, Presentation, PresentationDocument } from '../hls/presentation.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { checkDelivery, noteTypes } from './delivery.ts';
import type { AskServer } from './delivery.ts';
import type { Destination, ReadDocument, ObjectFacts } from './destination.ts';

/** The size and checksum that an object should have. */
export interface Expected {
  readonly sizeBytes: number;
  /** Absent if only the size is known. */
  readonly crc32?: string;
}

/** What to verify, and how thoroughly. */
export interface VerifyRequest {
  /** Name of the destination in the report. */
  readonly name: string;
  readonly playlistUrl: string;
  readonly destination: Destination;
  /**
   * Looks up what was recorded about a key. Undefined if nothing.
   *
   * @param namedBy - key of a playlist that names it; of a document, its own
   */
  readonly expected: (key: string, namedBy: string) => Promise<Expected | undefined>;
  /** The reason for which the absence of a file was accepted. Undefined if it was not. */
  readonly acceptedBecause: (key: string) => string | undefined;
  /** Whether to read every byte and compare checksums. */
  readonly readsBytes: boolean;
  /** Objects checked concurrently. */
  readonly concurrency: number;
  /** Asks as players do how objects are delivered. Absent: the destination is no web server. */
  readonly ask?: AskServer;
}

/**
 * Takes the place of a playlist that is missing or broken, so that the walk goes on and reports all other problems too.
 */
const emptyPlaylist = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n');

/**
 * Verifies a copy from the destination alone: walks its playlists and checks every object that they name. Media, keys
 * and playlists outside the destination are problems. Licence servers, and whatever else a copy leaves outside on
 * purpose, are only listed.
 *
 * @returns the report with every problem found; no problems if the copy is complete
 * @throws {FlantsError} when the destination cannot be read at all
 */
export async function verifyPresentation(asked: VerifyRequest, signal: AbortSignal): Promise<VerifyReport> {
  const { ask, playlistUrl, concurrency } = asked;
  const { destination, types } = ask ? noteTypes(asked.destination) : { ...asked, types: new Map<string, string>() };
  const request: VerifyRequest = { ...asked, destination };
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
  const unread = problems.filter(({ code }) => code !== 'verify.playlist').length;
  const side = await sideFilesOf(request, problems, signal);
  const documents = [...side.documents, ...presentation.documents];
  const objects = mergeByUrl([...presentation.files, ...side.files]);
  const accepted: AcceptedAbsence[] = [];
  let sizeBytes = 0;
  let checkedChecksums = 0;
  const check = (file: PlacedFile, either: AbortSignal): Promise<Checked> => checkFile(file, request, either);
  for (const checked of await fanOut([...objects.values()], check, { concurrency, signal })) {
    if (checked.problem) problems.push(checked.problem);
    if (checked.accepted) accepted.push(checked.accepted);
    sizeBytes += checked.sizeBytes;
    checkedChecksums += checked.comparedChecksum ? 1 : 0;
  }

  for (const document of documents) {
    const checked = await checkDocument(document, request, signal);
    if (checked.problem) problems.push(checked.problem);
    if (isPlaylist(document.role)) continue;
    sizeBytes += checked.sizeBytes;
    checkedChecksums += checked.comparedChecksum ? 1 : 0;
  }
  const others = documents.filter(({ role }) => !isPlaylist(role)).length;
  return {
    ...emptyReport(request),
    playlists: documents.length - others - unread,
    objects: objects.size + others,
    sizeBytes,
    checkedChecksums,
    external: [...presentation.external, ...side.external],
    problems: problems.toSorted(byKey),
    accepted: accepted.toSorted(byKey),
    ...(ask ? { delivery: await checkDelivery(presentation, { ...destination, ask, types, signal }) } : {}),
  };
}

/**
 * What belongs to the video beside its playlists, as the list says that stands beside the first one. A track of thumbnails
 * is read as the copy has read it; one that is not there is missed as any other file.
 */
async function sideFilesOf(
  { destination, playlistUrl }: VerifyRequest,
  problems: VerifyProblem[],
  signal: AbortSignal,
): Promise<SidePresentation> {
  const { protocol, host, pathname } = new URL(playlistUrl);
  const listUrl = `${protocol}//${host}${sideListKey(pathname)}`;
  const found = await orProblem(
    () => destination.read(listUrl, { signal }),
    (code, message) => void problems.push({ code, key: destination.keyOf(listUrl), message }),
  );
  const list = found && readSideList(found.bytes);
  if (!list) return noSideFiles;
  const sideFiles = list.files.map(({ role, uri }) => ({ role, url: new URL(uri, listUrl).href }));
  return readSideFiles(sideFiles, {
    namedBy: listUrl,
    maxBytes: defaultWalkLimits.maxPlaylistBytes,
    external: 'keep',
    tokenRules: { tokenParameters: [] },
    signal,
    fetch: (url, walk) => readOptional(url, destination, walk.signal),
  });
}

/**
 * @throws {FlantsError} `source.not-found`, on which the walk takes what should be there for a file, to be missed, or found
 *   to be wrong, as one
 */
async function readOptional(url: string, destination: Destination, signal: AbortSignal): Promise<ReadDocument> {
  const absent = new FlantsError('source.not-found', `${url} is not there`);
  if (!destination.contains(url)) throw absent;
  const text = await orProblem(
    () => destination.read(url, { signal }),
    () => undefined,
  );
  if (!text || !destination.contains(text.finalUrl)) throw absent;
  return text;
}

/** Failures by which a server shows that something is wrong with one object, and not that nothing can be had from it. */
const faultsOfObjects: ReadonlySet<FailureCode> = new Set([
  'source.status', 'source.wrong-body', 'source.short-body', 'source.redirects', 'source.refused', 'source.forbidden',
  'source.too-large',
] as const); // prettier-ignore

/** What `read` returns, or what `problem` makes of a fault of the object that it reads. */
async function orProblem<T, U>(
  read: () => Promise<T>,
  problem: (code: FailureCode, message: string) => U,
): Promise<T | U> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = failureOf(error);
    if (!faultsOfObjects.has(code)) throw error;
    return problem(code, message);
  }
}

/** Says where an object is that a server redirects to another host. */
function elsewhere(finalUrl: string): string {
  return `it is redirected to ${placeOf(new URL(finalUrl))}, outside the copy`;
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

async function readOrReport(
  url: string,
  { destination, playlistUrl }: VerifyRequest,
  problems: VerifyProblem[],
  { use, signal }: { readonly use: DocumentRequest['use']; readonly signal: AbortSignal },
): Promise<ReadDocument> {
  if (use === 'chapters') return readOptional(url, destination, signal);
  const key = destination.contains(url) ? destination.keyOf(url) : url;
  const standIn: ReadDocument = { finalUrl: url, bytes: emptyPlaylist, validators: {} };
  if (!destination.contains(url)) {
    problems.push({ code: 'verify.outside', key, message: 'a playlist outside the destination is named' });
    return standIn;
  }
  const read = (): Promise<ReadDocument | undefined> => destination.read(url, { signal });
  const report = (code: FailureCode, message: string): ReadDocument => {
    problems.push({ code, key, message });
    return standIn;
  };
  // Without the first one there is nothing to verify.
  const found = url === playlistUrl ? await read() : await orProblem(read, report);
  if (found === standIn) return standIn;
  if (!found) return report('verify.missing', 'the playlist is not there');
  if (!destination.contains(found.finalUrl)) return report('verify.outside', elsewhere(found.finalUrl));
  const problem = problemIn(found, url, use);
  return problem ? report(problem.code, problem.message) : found;
}

/** The problem that keeps a document from being read as a playlist, or as the WebVTT file that subtitles may be instead. */
function problemIn(
  { bytes, finalUrl }: ReadDocument,
  url: string,
  use: DocumentRequest['use'],
): Pick<VerifyProblem, 'code' | 'message'> | undefined {
  if (use === 'subtitles' && isWebVtt(bytes)) return undefined;
  try {
    const { missingEnd } = parsePlaylist(bytes, { url, finalUrl, external: 'keep' });
    if (!missingEnd) return undefined;
    return { code: 'verify.playlist', message: `${url} has no EXT-X-ENDLIST: players take it for a live one` };
  } catch (error) {
    if (error instanceof FlantsError && isAboutContent(error.code))
      return { code: 'verify.playlist', message: error.message };
    throw error;
  }
}

/**
 * Merges the mentions of a file in several playlists. The one with the furthest range counts, and the file is optional
 * only if all of them say so.
 */
function mergeByUrl(files: readonly PlacedFile[]): ReadonlyMap<string, PlacedFile> {
  const merged = new Map<string, PlacedFile>();
  for (const file of files) {
    const known = merged.get(file.fetchUrl);
    merged.set(file.fetchUrl, known ? mergeFiles(known, file) : file);
  }
  return merged;
}

function mergeFiles(a: PlacedFile, b: PlacedFile): PlacedFile {
  const furthest = (b.minSizeBytes ?? 0) > (a.minSizeBytes ?? 0) ? b : a;
  return { ...furthest, optional: a.optional === true && b.optional === true };
}

interface Checked {
  readonly problem?: VerifyProblem;
  readonly accepted?: AcceptedAbsence;
  readonly sizeBytes: number;
  readonly comparedChecksum: boolean;
}

async function checkFile(file: PlacedFile, request: VerifyRequest, signal: AbortSignal): Promise<Checked> {
  const { destination } = request;
  const playlist = destination.contains(file.playlistUrl) ? destination.keyOf(file.playlistUrl) : file.playlistUrl;
  const isInside = destination.contains(file.fetchUrl);
  const key = isInside ? destination.keyOf(file.fetchUrl) : file.fetchUrl;
  const problem: ProblemOf = (code, message) => ({
    sizeBytes: 0,
    comparedChecksum: false,
    problem: { code, key, message, playlist, line: file.line },
  });
  if (!isInside) return problem('verify.outside', `${file.tag} leads out of the copy`);
  return orProblem(() => checkObject(file, { key, playlist, problem }, request, signal), problem);
}

type ProblemOf = (code: FailureCode, message: string) => Checked;

/** @throws {FlantsError} as `Destination` */
async function checkObject(
  file: PlacedFile,
  { key, playlist, problem }: { readonly key: string; readonly playlist: string; readonly problem: ProblemOf },
  { destination, readsBytes, expected: lookUp, acceptedBecause }: VerifyRequest,
  signal: AbortSignal,
): Promise<Checked> {
  const reported = await destination.head(file.fetchUrl, { signal });
  if (!reported) {
    const none = { sizeBytes: 0, comparedChecksum: false };
    const reason = acceptedBecause(key);
    if (reason !== undefined) return { ...none, accepted: { key, reason } };
    return file.optional ? none : problem('verify.missing', `the ${file.role} is not there`);
  }
  const { finalUrl } = reported;
  if (finalUrl !== undefined && !destination.contains(finalUrl)) return problem('verify.outside', elsewhere(finalUrl));
  const mayBePage = reported.head === undefined && isPageType(reported.contentType);
  const mustRead = readsBytes || reported.sizeBytes === undefined || mayBePage;
  const actual = mustRead ? await destination.measure(file.fetchUrl, { signal }) : reported;
  if (!actual) return problem('verify.missing', `the ${file.role} is not there`);
  const expected = await lookUp(key, playlist);
  // Compare only with a checksum that was kept from writing: one that was itself just read proves nothing.
  const reference = expected?.crc32 ?? (readsBytes && destination.keepsChecksums ? reported.crc32 : undefined);
  const facts = { ...reported, ...actual };
  const wrong = wrongSize(file, facts, expected) ?? wrongBody(file, facts) ?? wrongChecksum(facts, reference);
  return {
    ...(wrong ? problem(wrong.code, wrong.message) : {}),
    sizeBytes: actual.sizeBytes ?? 0,
    comparedChecksum: actual.crc32 !== undefined && reference !== undefined,
  };
}

type Wrong = { readonly code: FailureCode; readonly message: string } | undefined;

function wrongSize(file: PlacedFile, actual: ObjectFacts, expected: Expected | undefined): Wrong {
  const { role, minSizeBytes = 0 } = file;
  const { sizeBytes = 0 } = actual;
  const wrong = (what: string): Wrong => ({ code: 'verify.size', message: `it has ${sizeBytes} bytes; ${what}` });
  if (expected && expected.sizeBytes !== sizeBytes) return wrong(`${expected.sizeBytes} were copied`);
  if (role === 'key') {
    const keyBytes = keyBytesOf(file);
    return sizeBytes === keyBytes ? undefined : wrong(`this key has ${keyBytes}`);
  }
  if (sizeBytes < minSizeBytes) return wrong(`a range up to byte ${minSizeBytes} is named`);
  return undefined;
}

/** Judges the body as a copy does. */
function wrongBody(file: PlacedFile, { head = new Uint8Array(), sizeBytes, contentType }: ObjectFacts): Wrong {
  const problem = bodyProblem({ ...file, url: file.fetchUrl }, { head, sizeBytes, contentType });
  return problem === undefined ? undefined : { code: 'verify.wrong-body', message: `it is ${problem}` };
}

function wrongChecksum({ crc32 }: ObjectFacts, reference: string | undefined): Wrong {
  if (crc32 === undefined || reference === undefined || crc32 === reference) return undefined;
  return { code: 'verify.checksum', message: `its CRC-32 is ${crc32}; ${reference} was expected` };
}

/** Compares the bytes of a document in any case: it is small, and was read completely. */
async function checkDocument(
  { url, bytes }: Pick<PresentationDocument, 'url' | 'bytes'>,
  { destination, expected, readsBytes }: VerifyRequest,
  signal: AbortSignal,
): Promise<Checked> {
  const checked = { sizeBytes: bytes.byteLength, comparedChecksum: false };
  if (bytes === emptyPlaylist || !destination.contains(url)) return checked;
  const key = destination.keyOf(url);
  const known = await expected(key, key);
  if (known && known.sizeBytes !== bytes.byteLength) {
    const message = `it has ${bytes.byteLength} bytes; ${known.sizeBytes} were published`;
    return { ...checked, problem: { code: 'verify.size', key, message } };
  }
  const keeps = readsBytes && destination.keepsChecksums && known?.crc32 === undefined;
  const reference = known?.crc32 ?? (keeps ? (await destination.head(url, { signal }))?.crc32 : undefined);
  const wrong = wrongChecksum({ crc32: crc32Hex(bytes) }, reference);
  return { ...checked, comparedChecksum: reference !== undefined, ...(wrong ? { problem: { ...wrong, key } } : {}) };
}

function isAboutContent(code: FailureCode): boolean {
  return code.startsWith('hls.');
}
