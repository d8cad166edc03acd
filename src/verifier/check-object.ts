import { bodyProblem, isPageType, isTransportStream } from '../domain/body-problem.ts';
import type { FailureCode } from '../domain/failure.ts';
import { typeOfName } from '../domain/object-headers.ts';
import { keyBytesOf } from '../domain/revision.ts';
import type { FileRole } from '../domain/revision.ts';
import type { AcceptedAbsence, VerifyProblem } from '../domain/report/verification.ts';
import type { PlacedFile, PresentationDocument } from '../hls/presentation.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { headBytes, nameIn } from './destination.ts';
import type { Destination, ObjectFacts } from './destination.ts';
import { blocksFault, decryptedFault, mayEndInPacket, mediaFault } from './media-faults.ts';
import type { Wrong } from './media-faults.ts';
import { elsewhere, orProblem } from './object-faults.ts';
import { isStandIn } from './read-document.ts';

/** The size and checksum that an object should have. */
export interface Expected {
  readonly sizeBytes: number;
  /** Absent if only the size is known. */
  readonly crc32?: string;
}

/** What an object is compared with, and how thoroughly. */
export interface CheckRequest {
  readonly destination: Destination;
  /** Keys that segments are decrypted with, by their URLs: each is read once. */
  readonly keys: Map<string, Promise<Uint8Array | undefined>>;
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
  /** Whether to read the beginning of each file, and judge by it what the file is and whether it is cut off. */
  readonly peeks: boolean;
}

/** What was found of an object. */
export interface Checked {
  readonly problem?: VerifyProblem;
  readonly accepted?: AcceptedAbsence;
  readonly sizeBytes: number;
  readonly comparedChecksum: boolean;
}

/**
 * Checks an object that playlists name: that it is there, within the copy, and whole, as far as can be told.
 *
 * @throws {FlantsError} as `Destination`, but for faults of the object
 */
export async function checkFile(file: PlacedFile, request: CheckRequest, signal: AbortSignal): Promise<Checked> {
  const { destination } = request;
  const playlist = nameIn(destination, file.playlistUrl);
  const key = nameIn(destination, file.fetchUrl);
  const problem: ProblemOf = (code, message) => ({
    sizeBytes: 0,
    comparedChecksum: false,
    problem: { code, key, message, playlist, line: file.line },
  });
  if (!destination.contains(file.fetchUrl)) return problem('verify.outside', `${file.tag} leads out of the copy`);
  return orProblem(() => checkObject(file, { key, playlist, problem }, request, signal), problem);
}

type ProblemOf = (code: FailureCode, message: string) => Checked;

/** @throws {FlantsError} as `Destination` */
async function checkObject(
  file: PlacedFile,
  { key, playlist, problem }: { readonly key: string; readonly playlist: string; readonly problem: ProblemOf },
  request: CheckRequest,
  signal: AbortSignal,
): Promise<Checked> {
  const { destination, readsBytes, expected: lookUp, acceptedBecause } = request;
  const reported = await destination.head(file.fetchUrl, { signal });
  if (!reported) {
    const none = { sizeBytes: 0, comparedChecksum: false };
    const reason = acceptedBecause(key);
    if (reason !== undefined) return { ...none, accepted: { key, reason } };
    return file.optional ? none : problem('verify.missing', `the ${file.role} is not there`);
  }
  const { finalUrl } = reported;
  if (finalUrl !== undefined && !destination.contains(finalUrl)) return problem('verify.outside', elsewhere(finalUrl));
  if (reported.isArchived) return problem('store.archived', 'it is in an archive: players cannot read it');
  const mayBePage = reported.head === undefined && isPageType(reported.contentType);
  const mustRead = readsBytes || reported.sizeBytes === undefined || mayBePage;
  const actual = mustRead ? await destination.measure(file.fetchUrl, { signal }) : reported;
  if (!actual) return problem('verify.missing', `the ${file.role} is not there`);
  const expected = await lookUp(key, playlist);
  // Compare only with a checksum that was kept from writing: one that was itself just read proves nothing.
  const reference = expected?.crc32 ?? (readsBytes && destination.keepsChecksums ? reported.crc32 : undefined);
  const wrong = await judge(file, { ...reported, ...actual }, { expected, reference }, request, signal);
  return {
    ...(wrong ? problem(wrong.code, wrong.message) : {}),
    sizeBytes: actual.sizeBytes ?? 0,
    comparedChecksum: actual.crc32 !== undefined && reference !== undefined,
  };
}

/** @throws {FlantsError} as `Destination` */
async function judge(
  file: PlacedFile,
  known: ObjectFacts,
  { expected, reference }: { readonly expected: Expected | undefined; readonly reference: string | undefined },
  request: CheckRequest,
  signal: AbortSignal,
): Promise<Wrong | undefined> {
  // What was copied so is as it was at the source.
  const judgesMedia = tellingRoles.has(file.role) && (request.peeks || !expected);
  const head = known.head ?? (judgesMedia ? await lookInto(file, known, request, signal) : undefined);
  const facts = { ...known, ...(head ? { head } : {}) };
  return (
    codedRanges(file, facts) ??
    wrongSize(file, facts, expected) ??
    wrongBody(file, facts) ??
    wrongChecksum(facts, reference) ??
    (judgesMedia ? wrongMedia(file, facts, request, signal) : undefined)
  );
}

/** Roles whose bytes say what they are. */
const tellingRoles: ReadonlySet<FileRole> = new Set([
  'segment',
  'initialization-section',
  'image',
  'poster',
  'captions',
]);

/** The first bytes of a file that is to be looked into: all, or one whose size is odd. */
async function lookInto(
  file: PlacedFile,
  { sizeBytes = 0 }: ObjectFacts,
  { destination, peeks }: CheckRequest,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const name = typeOfName(new URL(file.fetchUrl).pathname);
  const looks = peeks || mayEndInPacket(file, { sizeBytes, typeOfName: name });
  if (!looks || sizeBytes === 0) return undefined;
  return destination.readPart(file.fetchUrl, { from: 0, to: headBytes - 1 }, { signal });
}

async function wrongMedia(
  file: PlacedFile,
  { sizeBytes, head, codings }: ObjectFacts,
  { destination, keys, peeks }: CheckRequest,
  signal: AbortSignal,
): Promise<Wrong | undefined> {
  if (sizeBytes === undefined) return undefined;
  const inBlocks = blocksFault(file, sizeBytes);
  if (inBlocks || !head) return inBlocks;
  const read = (from: number, lengthBytes: number): Promise<Uint8Array | undefined> =>
    destination.readPart(file.fetchUrl, { from, to: from + lengthBytes - 1 }, { signal });
  // Elsewhere all that stands before it comes too: once, for an end that looks cut off.
  const reads = !codings && (destination.seeks || isTransportStream(head) || file.cipher === 'blocks');
  const body = { head, sizeBytes, ...(reads ? { read } : {}) };
  const wrong = await mediaFault(file, body);
  if (wrong || file.cipher !== 'blocks' || !file.key || file.minSizeBytes !== undefined) return wrong;
  const { url } = file.key;
  const asked = keys.get(url) ?? readKey(url, destination, signal);
  keys.set(url, asked);
  const key = await asked;
  return key && decryptedFault(body, key, { ...file, doubtsKey: peeks });
}

/** Undefined if there is none, or another size than keys have: that is a problem of its own. */
async function readKey(url: string, destination: Destination, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (!destination.contains(url)) return undefined;
  const found = await orProblem(
    () => destination.measure(url, { signal }),
    () => undefined,
  );
  return found?.sizeBytes === found?.head?.byteLength ? found?.head : undefined;
}

/** Players ask for ranges of what is stored. RFC 9110 section 14.1.2. */
function codedRanges({ role, minSizeBytes = 0 }: PlacedFile, { codings }: ObjectFacts): Wrong | undefined {
  if (!codings || role === 'key' || minSizeBytes === 0) return undefined;
  const message = `it is stored with Content-Encoding ${codings.join(', ')}: the ranges that are named are of the compressed bytes`;
  return { code: 'verify.range', message };
}

function wrongSize(file: PlacedFile, actual: ObjectFacts, expected: Expected | undefined): Wrong | undefined {
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
function wrongBody(
  file: PlacedFile,
  { head = new Uint8Array(), sizeBytes, contentType }: ObjectFacts,
): Wrong | undefined {
  const problem = bodyProblem({ ...file, url: file.fetchUrl }, { head, sizeBytes, contentType });
  return problem === undefined ? undefined : { code: 'verify.wrong-body', message: `it is ${problem}` };
}

function wrongChecksum({ crc32 }: ObjectFacts, reference: string | undefined): Wrong | undefined {
  if (crc32 === undefined || reference === undefined || crc32 === reference) return undefined;
  return { code: 'verify.checksum', message: `its CRC-32 is ${crc32}; ${reference} was expected` };
}

/**
 * Compares the bytes of a document in any case: it is small, and was read completely.
 *
 * @throws {FlantsError} as `Destination`
 */
export async function checkDocument(
  { url, bytes }: Pick<PresentationDocument, 'url' | 'bytes'>,
  { destination, expected, readsBytes }: CheckRequest,
  signal: AbortSignal,
): Promise<Checked> {
  const checked = { sizeBytes: bytes.byteLength, comparedChecksum: false };
  if (isStandIn(bytes) || !destination.contains(url)) return checked;
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
