import type { ExistingPolicy } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { PlannedDocument } from '../domain/revision.ts';
import type { RevisionDigest } from '../domain/video.ts';
import type { Publication } from '../journal/journal.ts';
import { crc32Hex } from '../storage/checksum.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';

type PublishedDocument = Publication['documents'][number];

/** Metadata by which a document of ours is recognised, with the revision it belongs to. */
const revisionMetadata = 'flants-revision';

/** What a document is published for. */
interface Place {
  readonly revision: RevisionDigest;
  readonly known?: PublishedDocument;
  readonly isCurrent: () => Promise<boolean>;
}

/** Who is refused a write looks once more at what stands there: somebody wrote in between. */
const maxLooks = 2;

/**
 * Writes one document over what was seen there: over nothing, or over what we published before; with `overwrite` over
 * anything.
 *
 * | stands there                      | then                                                     |
 * |-----------------------------------|----------------------------------------------------------|
 * | the same bytes                    | left: it was published, by this run or one beside it     |
 * | nothing                           | create                                                   |
 * | what we published, or our mark    | replace exactly that                                     |
 * | anything else                     | conflict; with `overwrite` replace exactly that          |
 * | something else when it is written | look once more, then fail in a way that is tried again   |
 *
 * @param place.known - the document as it was last published
 * @param place.isCurrent - whether the revision is the video's still. Asked after each look at what stands there, so that
 *   who is held up between the two cannot write over what a newer one has put there
 * @returns undefined when it is not, and nothing was written
 * @throws {FlantsError} `store.conflict` when something foreign stands there and `existing` is not `overwrite`; a
 *   `store.status` that may be tried again when others keep writing there
 */
export async function placeDocument(
  document: PlannedDocument,
  { revision, known, isCurrent }: Place,
  { store, existing }: { readonly store: ObjectStore; readonly existing: ExistingPolicy },
  signal: AbortSignal,
): Promise<PublishedDocument | undefined> {
  const { key, role, body } = document;
  const crc32 = crc32Hex(body);
  const describe = (etag: string): PublishedDocument => ({ key, etag, crc32, sizeBytes: body.byteLength });

  for (let looks = 0; looks < maxLooks; looks++) {
    const standing = await store.head(key, { signal });
    if (standing && (await holds(standing, document, crc32, store, signal))) return describe(standing.etag);
    if (!(await isCurrent())) return undefined;
    if (standing && existing !== 'overwrite' && !isOurs(standing, known)) {
      throw new FlantsError(
        'store.conflict',
        `a playlist that FLAnts did not publish stands at ${key}; --existing overwrite replaces it`,
      );
    }
    const written = await store.put(key, body, crc32, {
      ...headersOf(key, role),
      metadata: { [revisionMetadata]: revision },
      condition: standing ? { ifMatch: standing.etag } : { ifNoneMatch: '*' },
      signal,
    });
    if (written.result === 'stored') return describe(written.etag);
  }
  throw new FlantsError('store.status', `${key} changed at ${store.name} each time it was about to be published`, {
    retryable: true,
  });
}

/** Whether we wrote it: as the journal tells, or as its mark does. */
function isOurs({ etag, metadata }: StoredObject, known: PublishedDocument | undefined): boolean {
  return etag === known?.etag || metadata[revisionMetadata] !== undefined;
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
