import { FlantsError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { VerifyProblem } from '../domain/report/verification.ts';
import { isWebVtt } from '../hls/fetch-document.ts';
import type { DocumentRequest } from '../hls/fetch-document.ts';
import { parsePlaylist } from '../hls/playlist.ts';
import { noVariables } from '../hls/reference.ts';
import { nameIn } from './destination.ts';
import type { Destination, ReadDocument } from './destination.ts';
import { elsewhere, orProblem } from './object-faults.ts';

/**
 * Takes the place of a playlist that is missing or broken, so that the walk goes on and reports all other problems too.
 */
const emptyPlaylist = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n');

/** Whether a document only takes the place of one that is missing or broken. */
export function isStandIn(bytes: Uint8Array): boolean {
  return bytes === emptyPlaylist;
}

/**
 * Reads a document of a presentation for the walk. What keeps it from being read becomes a problem, and an empty playlist
 * takes its place.
 *
 * @throws {FlantsError} as `Destination`, but for faults of an object that is not the first playlist; as `readOptional`
 */
export async function readOrReport(
  url: string,
  { destination, playlistUrl }: { readonly destination: Destination; readonly playlistUrl: string },
  problems: VerifyProblem[],
  { signal, ...request }: Pick<DocumentRequest, 'use' | 'variables'> & { readonly signal: AbortSignal },
): Promise<ReadDocument> {
  const { use } = request;
  if (use === 'chapters') return readOptional(url, destination, signal);
  const key = nameIn(destination, url);
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
  // From a server that does not give the first one nothing can be had. Of a store others can.
  const ends = (code: FailureCode): boolean => url === playlistUrl && code.startsWith('source.');
  const found = await orProblem(read, report, ends);
  if (found === standIn) return standIn;
  if (!found) return report('verify.missing', 'the playlist is not there');
  if (!destination.contains(found.finalUrl)) return report('verify.outside', elsewhere(found.finalUrl));
  const { problem, isReadable } = judge(found, url, request);
  if (problem !== undefined) problems.push({ code: 'verify.playlist', key, message: problem });
  return isReadable ? found : standIn;
}

/**
 * Reads a document that may be absent.
 *
 * @throws {FlantsError} `source.not-found`, on which the walk takes what should be there for a file, to be missed, or found
 *   to be wrong, as one
 */
export async function readOptional(url: string, destination: Destination, signal: AbortSignal): Promise<ReadDocument> {
  const absent = new FlantsError('source.not-found', `${url} is not there`);
  if (!destination.contains(url)) throw absent;
  const text = await orProblem(
    () => destination.read(url, { signal }),
    () => undefined,
  );
  if (!text || !destination.contains(text.finalUrl)) throw absent;
  return text;
}

/**
 * What is wrong with a document that should be a playlist, or may be the WebVTT file that subtitles may be instead, and
 * whether it can be read all the same.
 */
function judge(
  { bytes, finalUrl }: ReadDocument,
  url: string,
  { use, variables = noVariables }: Pick<DocumentRequest, 'use' | 'variables'>,
): { readonly problem?: string | undefined; readonly isReadable: boolean } {
  if (use === 'subtitles' && isWebVtt(bytes)) return { isReadable: true };
  try {
    const { missingEnd, steering } = parsePlaylist(bytes, { url, finalUrl, external: 'keep', variables });
    if (!missingEnd) return { problem: steering, isReadable: true };
    return { problem: `${url} has no EXT-X-ENDLIST: players take it for a live one`, isReadable: false };
  } catch (error) {
    if (error instanceof FlantsError && isAboutContent(error.code))
      return { problem: error.message, isReadable: false };
    throw error;
  }
}

/** Whether a failure is about what a playlist says. */
export function isAboutContent(code: FailureCode): boolean {
  return code.startsWith('hls.');
}
