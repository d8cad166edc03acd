import { FlantsError } from '../domain/failure.ts';
import type { ExternalReference } from '../domain/revision.ts';
import type { SideFile, SideRole } from '../domain/side-file.ts';
import { append } from './append.ts';
import { fetchDocument, withoutFragment } from './fetch-document.ts';
import type { FetchDocumentOptions } from './fetch-document.ts';
import type { PlacedFile, PresentationDocument } from './presentation.ts';

/** What belongs to a video beside its presentation. */
export interface SidePresentation {
  /** Each side file once, in the order of the catalogue. */
  readonly listed: readonly { readonly role: SideRole; readonly keyUrl: string }[];
  /** Tracks of thumbnails, which may have to be rewritten. */
  readonly documents: readonly PresentationDocument[];
  readonly files: readonly PlacedFile[];
  readonly external: readonly ExternalReference[];
  readonly warnings: readonly string[];
}

/** Of a video without side files. */
export const noSideFiles: SidePresentation = { listed: [], documents: [], files: [], external: [], warnings: [] };

/** Far more than a player can work with. */
const maxSideFiles = 1000;

/**
 * Finds all files that a video's side files lead to: themselves, and the images that tracks of thumbnails name. A track that
 * is not there, or is none, counts as a file.
 *
 * @param options.namedBy - what names the side files, for messages
 * @throws {FlantsError} `hls.limit` when there are too many; whatever `fetch` throws
 */
export async function readSideFiles(
  sideFiles: readonly SideFile[],
  options: FetchDocumentOptions & { readonly namedBy: string; readonly signal: AbortSignal },
): Promise<SidePresentation> {
  const { namedBy, signal } = options;
  if (sideFiles.length > maxSideFiles)
    throw new FlantsError('hls.limit', `${namedBy} has ${sideFiles.length} side files, more than ${maxSideFiles}`);
  const unique = new Map(sideFiles.map(({ role, url }) => [withoutFragment(url), role]));
  const found = { documents: [] as PresentationDocument[], files: [] as PlacedFile[] };
  const told = { external: [] as ExternalReference[], warnings: [] as string[] };
  for (const [url, role] of unique) {
    const read =
      role === 'thumbnails'
        ? await fetchDocument({ use: 'thumbnails', fetchUrl: url, keyUrl: url }, options, signal)
        : undefined;
    append(told.external, read?.external ?? []);
    append(told.warnings, read?.warnings ?? []);
    if (read?.document) {
      found.documents.push(read.document);
      const { references } = read.document;
      append(
        found.files,
        references.flatMap((each) => (each.use === 'file' ? [each] : [])),
      );
    } else {
      found.files.push({ ...asFile(url, role, namedBy), ...(read?.absent ? { unread: true } : {}) });
    }
  }
  return { listed: [...unique].map(([keyUrl, role]) => ({ role, keyUrl })), ...found, ...told };
}

function asFile(url: string, role: SideRole, namedBy: string): PlacedFile {
  const spot = { uri: url, start: 0, end: 0, line: 0, tag: role };
  const fileRole = role === 'thumbnails' ? 'attachment' : role;
  return { ...spot, use: 'file', role: fileRole, fetchUrl: url, keyUrl: url, playlistUrl: namedBy };
}
