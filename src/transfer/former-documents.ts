import type { Evidence } from '../domain/outcome.ts';
import type { FileRole } from '../domain/revision.ts';
import { documentIdentityOf } from '../domain/names/source-identity.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Roles of what is a document while there is something in it to be read: chapters, tracks of thumbnails, subtitles. */
const rolesOfDocuments: ReadonlySet<FileRole> = new Set(['data', 'attachment']);

/** Whether a file of this role may have been published as a document. */
export function mayHaveBeenDocument(role: FileRole): boolean {
  return rolesOfDocuments.has(role);
}

/** What stands at the keys of a video's documents, as its latest publication wrote them, in the form of evidence. */
export async function formerDocuments(
  video: VideoId,
  journal: Pick<Journal, 'publication' | 'revision'>,
): Promise<ReadonlyMap<string, Evidence>> {
  const publication = await journal.publication(video);
  const revision = publication && (await journal.revision(video, publication.revision));
  if (!revision) return new Map();
  const identities = new Map(revision.documents.map((each) => [each.key, documentIdentityOf(each, revision)]));
  const written = {
    source: {},
    proof: 'written',
    generation: '',
    tries: 1,
    durationMs: 0,
    worker: 'publisher',
  } as const;
  return new Map(
    publication.documents.flatMap(({ key, etag, crc32, sizeBytes }) => {
      const identity = identities.get(key);
      if (!identity) return [];
      return [[key, { ...written, ...identity, key, etag, crc32, sizeBytes, at: publication.at }]];
    }),
  );
}
