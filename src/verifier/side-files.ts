import { readSideList, sideListKey } from '../domain/side-file.ts';
import type { VerifyProblem } from '../domain/report/verification.ts';
import { noSideFiles, readSideFiles } from '../hls/side-files.ts';
import type { SidePresentation } from '../hls/side-files.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import type { Destination } from './destination.ts';
import { orProblem } from './object-faults.ts';
import { readOptional } from './read-document.ts';

/**
 * What belongs to the video beside its playlists, as the list says that stands beside the first one. A track of thumbnails
 * is read as the copy has read it; one that is not there is missed as any other file.
 *
 * @throws {FlantsError} as `Destination`, but for faults of an object; `hls.limit` when there are too many
 */
export async function sideFilesOf(
  { destination, playlistUrl }: { readonly destination: Destination; readonly playlistUrl: string },
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
