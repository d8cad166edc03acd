import type { ExistingPolicy } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import type { PlannedDocument } from '../domain/revision.ts';
import { replacedMetadata, sourceMark, sourceMetadata } from '../domain/names/source-identity.ts';
import type { SourceIdentity } from '../domain/names/source-identity.ts';
import type { RevisionDigest } from '../domain/video.ts';
import type { Publication } from '../journal/journal.ts';
import { crc32Hex } from '../storage/checksum.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';

type PublishedDocument = Publication['documents'][number];

/** A document at the destination. */
export interface PlacedDocument {
  readonly document: PublishedDocument;
  /** Whether it got other bytes under its name, now or by a publisher that was lost before it said so. */
  readonly isReplacement: boolean;
}

/** Metadata field that marks a document of ours with its revision. */
const revisionMetadata = 'flants-revision';

/** The revision to publish a document for, and what was published before. */
interface PublicationContext {
  readonly revision: RevisionDigest;
  readonly identity: SourceIdentity;
  readonly previous?: PublishedDocument;
  /** Looks up what was copied to the key as a file. Asked where something stands that was not published. */
  readonly copied?: () => Promise<PublishedDocument | undefined>;
  readonly isCurrent: () => Promise<boolean>;
}

/** Where documents are written, and how. */
interface DocumentPorts {
  readonly store: ObjectStore;
  readonly existing: ExistingPolicy;
  readonly headerPolicy?: HeaderPolicy;
}

/** When a write is refused, somebody wrote since the last look. Look once more. */
const maxAttempts = 2;

/**
 * Writes one document over what it saw at the key: nothing, or what we published before. With `overwrite`, over
 * anything.
 *
 * | at the key                                | action                                                    |
 * |-------------------------------------------|-----------------------------------------------------------|
 * | the same bytes                            | left: published already, by this run or a concurrent one  |
 * | nothing                                   | create                                                    |
 * | what we published or copied, or our mark  | replace exactly that object                               |
 * | anything else                             | conflict; with `overwrite`, replace exactly that object   |
 * | something different at the time of writing | look once more, then fail with a retryable error         |
 *
 * @param place.identity - what the document is a copy of: with tokens, another video's is another document
 * @param place.previous - the document as it was last published
 * @param place.isCurrent - whether the revision is still the video's. Asked after each look at the key, so that a
 *   publisher that is delayed between look and write cannot overwrite a newer one's document
 * @returns undefined if the revision is no longer current; then nothing was written
 * @throws {FlantsError} `store.conflict` when a foreign object is at the key and `existing` is not `overwrite`; a
 *   retryable `store.status` when others keep writing there
 */
export async function placeDocument(
  document: PlannedDocument,
  { revision, identity, previous, copied, isCurrent }: PublicationContext,
  { store, existing, headerPolicy }: DocumentPorts,
  signal: AbortSignal,
): Promise<PlacedDocument | undefined> {
  const { key, role, body } = document;
  const crc32 = crc32Hex(body);
  const differs = (known: PublishedDocument): boolean => known.crc32 !== crc32 || known.sizeBytes !== body.byteLength;
  const placed = (etag: string, known: PublishedDocument | undefined, hasReplaced: boolean): PlacedDocument => ({
    document: { key, etag, crc32, sizeBytes: body.byteLength },
    isReplacement: (known !== undefined && differs(known)) || hasReplaced,
  });

  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const current = await store.head(key, { signal });
    const known = previous ?? (current && (await copied?.()));
    if (current && (await hasSameBytes(current, document, crc32, store, signal)))
      return placed(current.etag, known, !known && current.metadata[replacedMetadata] !== undefined);
    if (!(await isCurrent())) return undefined;
    if (current && existing !== 'overwrite' && !isOurs(current, identity, known)) {
      throw conflictError(current, identity);
    }
    const written = await store.put(key, body, crc32, {
      ...headersOf(key, role, headerPolicy),
      metadata: {
        [revisionMetadata]: revision,
        [sourceMetadata]: sourceMark(identity),
        ...(current ? { [replacedMetadata]: 'yes' } : {}),
      },
      condition: current ? { ifMatch: current.etag } : { ifNoneMatch: '*' },
      signal,
    });
    if (written.result === 'stored') return placed(written.etag, known, current !== undefined);
  }
  throw new FlantsError('store.status', `${key} changed at ${store.name} each time it was about to be published`, {
    retryable: true,
  });
}

/**
 * Whether we published the object for the same source, according to the journal or to its mark. Without tokens, a
 * document of ours that does not say its source counts too: earlier versions did not mark it.
 */
function isOurs(
  { etag, metadata }: StoredObject,
  identity: SourceIdentity,
  previous: PublishedDocument | undefined,
): boolean {
  if (etag === previous?.etag) return true;
  if (metadata[revisionMetadata] === undefined) return false;
  const mark = metadata[sourceMetadata];
  return mark === undefined ? identity.video === undefined : mark === sourceMark(identity);
}

function conflictError({ key, metadata }: StoredObject, { video }: SourceIdentity): FlantsError {
  // Where URLs have tokens it may be another video's also where the destination keeps no metadata that would say so.
  const isForeign = video === undefined || Object.keys(metadata).length > 0;
  if (metadata[revisionMetadata] === undefined && isForeign) {
    return new FlantsError(
      'store.conflict',
      `a playlist that FLAnts did not publish stands at ${key}; --existing overwrite replaces it`,
    );
  }
  return new FlantsError(
    'key.conflict',
    metadata[revisionMetadata] === undefined
      ? `another playlist stands at ${key}: if it is another video's, whose URL differs in tokens alone, begin the library with --key-params; else --existing overwrite replaces it`
      : `the playlist of another video stands at ${key}: if a parameter that is named like a token chooses it, begin the library with --key-params; --existing overwrite replaces it`,
  );
}

/**
 * Whether the object has the document's bytes. Reads it back if the store keeps no checksum, which is cheap since
 * documents are small.
 */
async function hasSameBytes(
  current: StoredObject,
  document: PlannedDocument,
  crc32: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (current.sizeBytes !== document.body.byteLength) return false;
  if (current.crc32 !== undefined) return current.crc32 === crc32;
  const found = await store.get(document.key, { signal });
  if (!found) return false;
  let at = 0;
  for await (const chunk of found.body) {
    if (Buffer.compare(chunk, document.body.subarray(at, at + chunk.byteLength)) !== 0) return false;
    at += chunk.byteLength;
  }
  return at === document.body.byteLength;
}
