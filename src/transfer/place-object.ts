import type { FileTask } from '../domain/batch.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import { treatmentIn } from '../domain/object-headers.ts';
import type { Proof } from '../domain/outcome.ts';
import {
  isEvidenceOf,
  replacedMetadata,
  sourceIdentityOf,
  sourceMark,
  sourceMetadata,
} from '../domain/names/source-identity.ts';
import { crc32Of } from '../storage/confirm-object.ts';
import type { ObjectStore, PutOptions, PutResult, StoredObject, WriteCondition } from '../storage/object-store.ts';
import type { CopyPolicy } from './ant-ports.ts';

/** The ETag of the object with the file's bytes, and how it is known that it has them. */
export interface Placed {
  readonly etag: string;
  readonly proof: Extract<Proof, 'written' | 'same-checksum'>;
  /** Other bytes stood there before that our evidence does not describe. */
  readonly isReplacement?: boolean;
}

/** The settings of a copy that decide about objects at its keys. */
type Policy = Pick<CopyPolicy, 'existing' | 'video'>;

/** Size and checksum of the bytes to be written. */
export interface Content {
  readonly sizeBytes: number;
  readonly crc32: string;
}

/** Confirms that the source still has the bytes that were fetched. Throws if it does not. */
export type ConfirmCurrent = (content: Content) => Promise<void>;

/**
 * Writes a buffered body to its key without overwriting a foreign object, or one that it has not looked at. Sends a
 * conditional write first, and looks at the object only if that is refused, or if its answer may be lost. Where a worker was
 * lost that had the file, it has probably written it: then the look comes first, and the body is not sent in vain.
 *
 * | at the key              | we have           | action                                                            |
 * |-------------------------|-------------------|-------------------------------------------------------------------|
 * | nothing                 | nothing           | create                                                            |
 * | the object we wrote     | its ETag          | replace exactly that object                                       |
 * | nothing, was deleted    | its ETag          | create                                                            |
 * | the same bytes          |                   | `same-checksum`; with `overwrite` only if the object has our mark |
 * | an object with our mark | no evidence of it | replace exactly that object, if the source still has our bytes    |
 * | anything else           |                   | conflict; with `overwrite`, as an object with our mark            |
 *
 * @throws {FlantsError} `store.conflict` when another object is at the key; `key.conflict` when different bytes came
 *   from another URL of this library; a retryable `store.status` when others keep writing there; also as `confirm`
 */
export async function placeObject(
  task: FileTask,
  policy: Policy,
  content: Content & { readonly bytes: Uint8Array },
  { store, confirm }: { readonly store: ObjectStore; readonly confirm: ConfirmCurrent },
  signal: AbortSignal,
): Promise<Placed> {
  assertNoKeyConflict(task, policy, content);
  const write = (condition: WriteCondition): Promise<PutResult> =>
    store.put(task.key, content.bytes, content.crc32, writeOptions(task, policy, condition, signal));
  const look = (): Promise<StoredObject | undefined> => store.head(task.key, { signal });
  let seen = task.mayStand ? await look() : undefined;
  if (!seen || seen.etag === task.prior?.etag) {
    try {
      const written = await write(initialCondition(task, policy));
      if (written.result === 'stored') return { etag: written.etag, proof: 'written' };
    } catch (error) {
      // The answer may be that the object was written, or, to a body that is large, that another stands there.
      const standing = isAnswerLost(error) ? await look().catch(() => undefined) : undefined;
      if (!standing || standing.etag === task.prior?.etag) throw error;
      seen = standing;
    }
  }

  const current = seen ?? (await look());
  if (!current) {
    const created = await write({ ifNoneMatch: '*' });
    if (created.result === 'stored') return { etag: created.etag, proof: 'written' };
    throw new FlantsError('store.status', `${task.key} appears and disappears at ${store.name}`, { retryable: true });
  }
  if (mayLeaveUnchanged(current, task, policy) && (await hasSameContent(current, content, store, signal))) {
    return leftUnchanged(current, task);
  }
  if (!mayOverwrite(current, task, policy)) throw conflictError(current, task, policy, content);
  // Either a run that was killed before it recorded its evidence wrote this object, and the source has changed since,
  // or another ant has overtaken this one.
  await confirm(content);
  const replaced = await write({ ifMatch: current.etag });
  if (replaced.result === 'stored') return replacementOf(current, replaced.etag, content);
  throw new FlantsError('store.status', `${task.key} changed at ${store.name} while it was replaced`, {
    retryable: true,
  });
}

/** Whether there may have been an answer: the connection broke, or a gateway says that its own did. */
function isAnswerLost(error: unknown): boolean {
  const { code, status, retryable } = failureOf(error);
  return (code === 'store.unreachable' && retryable) || status === 502 || status === 504;
}

/** Headers, mark and condition of a file's write. */
export function writeOptions(
  task: FileTask,
  { video }: Policy,
  condition: WriteCondition,
  signal: AbortSignal,
): PutOptions {
  return {
    contentType: task.contentType,
    cacheControl: task.cacheControl,
    ...treatmentIn(task),
    metadata: {
      [sourceMetadata]: sourceMark(sourceIdentityOf(task, video)),
      ...(condition && 'ifMatch' in condition ? { [replacedMetadata]: 'yes' } : {}),
    },
    condition,
    signal,
  };
}

/**
 * An object that has the bytes already. Without evidence, a worker that was lost may have written it over another one: its
 * metadata tell.
 */
export function leftUnchanged({ etag, metadata }: StoredObject, { prior }: Pick<FileTask, 'prior'>): Placed {
  const isReplacement = !prior && metadata[replacedMetadata] !== undefined;
  return { etag, proof: 'same-checksum', ...(isReplacement ? { isReplacement } : {}) };
}

/** An object that was written over the one that was seen. */
export function replacementOf(seen: StoredObject, etag: string, content: Content): Placed {
  const hadSameBytes = seen.sizeBytes === content.sizeBytes && seen.crc32 === content.crc32;
  return { etag, proof: 'written', ...(hadSameBytes ? {} : { isReplacement: true }) };
}

/** @throws {FlantsError} `key.conflict` when other bytes came from another URL of this library */
export function assertNoKeyConflict(
  { key, url, prior }: Pick<FileTask, 'key' | 'url' | 'prior'>,
  { existing }: Pick<Policy, 'existing'>,
  content: Content,
): void {
  if (!prior || prior.url === url || existing === 'overwrite') return;
  if (prior.crc32 === content.crc32 && prior.sizeBytes === content.sizeBytes) return;
  throw new FlantsError('key.conflict', `${url} and ${prior.url} want the key ${key} with different bytes`);
}

/** Whether we wrote this object from the same source, with or without evidence of it. */
export function hasSourceMark(
  { metadata }: StoredObject,
  task: Pick<FileTask, 'url' | 'fetchUrl'>,
  { video }: Policy,
): boolean {
  return metadata[sourceMetadata] === sourceMark(sourceIdentityOf(task, video));
}

/**
 * Whether an object with the same bytes may be left as it is. If another program wrote it, its headers may differ, so
 * `overwrite` replaces it all the same.
 */
export function mayLeaveUnchanged(current: StoredObject, task: FileTask, policy: Policy): boolean {
  return policy.existing !== 'overwrite' || hasSourceMark(current, task, policy);
}

/** Whether an object with different bytes and without evidence may be replaced. */
export function mayOverwrite(current: StoredObject, task: FileTask, policy: Policy): boolean {
  return policy.existing === 'overwrite' || hasSourceMark(current, task, policy);
}

/**
 * The error for an object at the key that is not ours to replace. One that we copied for a URL that had tokens may be
 * another object than that of this URL, which has other tokens.
 */
export function conflictError(
  { key, sizeBytes, metadata }: StoredObject,
  task: FileTask,
  { video }: Policy,
  content: Content,
): FlantsError {
  const sizes = `${sizeBytes} bytes, ours has ${content.sizeBytes}`;
  if (sourceIdentityOf(task, video).video !== undefined && metadata[sourceMetadata] !== undefined) {
    return new FlantsError(
      'key.conflict',
      `${key} was copied from a URL with other tokens, and has other bytes (${sizes}): if one of them chooses the object, begin the library with --key-params; --existing overwrite replaces it, also for the video that has it`,
    );
  }
  return new FlantsError(
    'store.conflict',
    `another object stands at ${key} (${sizes}); --existing overwrite replaces it`,
  );
}

/** The condition of the first write: the ETag in our evidence, or that the key is free. */
function initialCondition(task: FileTask, { video }: Policy): WriteCondition {
  const { prior } = task;
  const isKnown = prior !== undefined && isEvidenceOf(prior, sourceIdentityOf(task, video));
  return !isKnown || prior.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: prior.etag };
}

/** Compares size and checksum. Reads the object back if the store keeps no checksum. */
export async function hasSameContent(
  current: StoredObject,
  content: Content,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  return current.sizeBytes === content.sizeBytes && (await crc32Of(store, current, signal)) === content.crc32;
}
