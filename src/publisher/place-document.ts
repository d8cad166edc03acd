import type { ExistingPolicy } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { PlannedDocument } from '../domain/revision.ts';
import type { RevisionDigest } from '../domain/video.ts';
import type { Publication } from '../journal/journal.ts';
import { crc32Hex } from '../storage/checksum.ts';
import type { ObjectStore, StoredObject, WriteCondition } from '../storage/object-store.ts';

type PublishedDocument = Publication['documents'][number];

/** Metadata by which a document of ours is recognised, with the revision it belongs to. */
const revisionMetadata = 'flants-revision';

/** What a document is published for. */
interface Place {
  readonly revision: RevisionDigest;
  readonly known?: PublishedDocument;
  readonly isCurrent: () => Promise<boolean>;
}

/**
 * Writes one document over nothing, or over what we published before, and nothing else.
 *
 * @param place.known - the document as it was last published
 * @param place.isCurrent - whether the revision is the video's still. Asked after the look at what stands there, so that
 *   who is held up between the two cannot write over what a newer one has put there
 * @returns undefined when it is not, and nothing was written
 * @throws {FlantsError} `store.conflict` when something foreign stands there and `existing` is not `overwrite`
 */
export async function placeDocument(
  document: PlannedDocument,
  { revision, known, isCurrent }: Place,
  { store, existing }: { readonly store: ObjectStore; readonly existing: ExistingPolicy },
  signal: AbortSignal,
): Promise<PublishedDocument | undefined> {
  const crc32 = crc32Hex(document.body);
  const describe = (etag: string): PublishedDocument => ({
    key: document.key,
    etag,
    crc32,
    sizeBytes: document.body.byteLength,
  });
  const write = async (condition: WriteCondition): Promise<PublishedDocument | undefined> => {
    const written = await store.put(document.key, document.body, crc32, {
      ...headersOf(document.key, document.role),
      metadata: { [revisionMetadata]: revision },
      ...(condition ? { condition } : {}),
      signal,
    });
    return written.result === 'stored' ? describe(written.etag) : undefined;
  };

  const standing = await store.head(document.key, { signal });
  if (standing && (await holds(standing, document, crc32, store, signal))) return describe(standing.etag);
  if (!(await isCurrent())) return undefined;
  const isOurs = standing?.etag === known?.etag || standing?.metadata[revisionMetadata] !== undefined;
  const mayReplace = isOurs || existing === 'overwrite';
  if (!standing || mayReplace) {
    const placed = await write(conditionOf(standing, existing));
    if (placed) return placed;
  }
  throw new FlantsError(
    'store.conflict',
    standing && !mayReplace
      ? `a playlist that FLAnts did not publish stands at ${document.key}; --existing overwrite replaces it`
      : `${document.key} changed at ${store.name} while it was published; run again`,
  );
}

/** Create, or replace exactly what was seen; an overwrite asks for neither. */
function conditionOf(standing: StoredObject | undefined, existing: ExistingPolicy): WriteCondition {
  if (!standing) return { ifNoneMatch: '*' };
  return existing === 'overwrite' ? undefined : { ifMatch: standing.etag };
}

/** The same bytes stand there already. A store that keeps no checksum is read back: documents are small. */
async function holds(
  standing: StoredObject,
  document: PlannedDocument,
  crc32: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (standing.sizeBytes !== document.body.byteLength) return false;
  if (standing.crc32 !== undefined) return standing.crc32 === crc32;
  const found = await store.get(document.key, { signal });
  if (!found) return false;
  let at = 0;
  for await (const chunk of found.body) {
    if (Buffer.compare(chunk, document.body.subarray(at, at + chunk.byteLength)) !== 0) return false;
    at += chunk.byteLength;
  }
  return at === document.body.byteLength;
}
