import { hash } from 'node:crypto';
import type { FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Proof } from '../domain/outcome.ts';
import { measureBody } from '../storage/checksum.ts';
import type { ObjectStore, PutOptions, PutResult, StoredObject, WriteCondition } from '../storage/object-store.ts';
import type { CopyPolicy } from './ant-ports.ts';

/** Where an object's bytes ended up, and how that is known. */
export interface Placed {
  readonly etag: string;
  readonly proof: Extract<Proof, 'written' | 'same-checksum'>;
}

/** Metadata by which a file of ours is recognised without evidence: a mark of the URL that it came from. */
export const sourceMetadata = 'flants-source';

/** Short, and tells nothing of the URL. */
export function sourceMark(url: string): string {
  return hash('sha256', url, 'hex').slice(0, 16);
}

/** What is to stand under the key. */
export interface Content {
  readonly sizeBytes: number;
  readonly crc32: string;
}

/** Makes sure that the source still has what was fetched from it; throws where it has not. */
export type ConfirmCurrent = (content: Content) => Promise<void>;

/**
 * Writes a held body under its key without overwriting what is not ours, or was not seen: a conditional write, and
 * a look at what stands there where it is refused.
 *
 * | stands there            | we know            | then                                  |
 * |-------------------------|--------------------|---------------------------------------|
 * | nothing                 | nothing            | create                                |
 * | what we wrote           | its ETag           | replace exactly that                  |
 * | nothing, was removed    | its ETag           | create                                |
 * | the same bytes          |                    | `same-checksum`; with `overwrite` only where they bear our mark |
 * | what bears our mark     | no evidence of it  | replace exactly that, if the source still has our bytes |
 * | anything else           |                    | conflict; with `overwrite` as what bears our mark |
 *
 * @throws {FlantsError} `store.conflict` when something else stands there, `key.conflict` when other bytes came
 *   from another URL of this library, a `store.status` that may be tried again when others keep writing there,
 *   and as `confirm`
 */
export async function placeObject(
  task: FileTask,
  policy: Pick<CopyPolicy, 'existing'>,
  content: Content & { readonly bytes: Uint8Array },
  { store, confirm }: { readonly store: ObjectStore; readonly confirm: ConfirmCurrent },
  signal: AbortSignal,
): Promise<Placed> {
  assertNoKeyConflict(task, policy, content);
  const write = (condition: WriteCondition): Promise<PutResult> =>
    store.put(task.key, content.bytes, content.crc32, writeOptions(task, condition, signal));
  const written = await write(unseen(task));
  if (written.result === 'stored') return { etag: written.etag, proof: 'written' };

  const standing = await store.head(task.key, { signal });
  if (!standing) {
    const created = await write({ ifNoneMatch: '*' });
    if (created.result === 'stored') return { etag: created.etag, proof: 'written' };
    throw new FlantsError('store.status', `${task.key} appears and disappears at ${store.name}`, { retryable: true });
  }
  if (mayLeaveUnchanged(standing, task, policy) && (await hasSameContent(standing, content, store, signal))) {
    return { etag: standing.etag, proof: 'same-checksum' };
  }
  if (!mayOverwrite(standing, task, policy)) throw conflictError(standing, content);
  // Written by a run that was killed before its evidence was kept, from a source that has changed since; or by
  // whoever overtook us.
  await confirm(content);
  const replaced = await write({ ifMatch: standing.etag });
  if (replaced.result === 'stored') return { etag: replaced.etag, proof: 'written' };
  throw new FlantsError('store.status', `${task.key} changed at ${store.name} while it was replaced`, {
    retryable: true,
  });
}

/** What goes with the bytes of a file. */
export function writeOptions(task: FileTask, condition: WriteCondition, signal: AbortSignal): PutOptions {
  return {
    contentType: task.contentType,
    cacheControl: task.cacheControl,
    metadata: { [sourceMetadata]: sourceMark(task.url) },
    condition,
    signal,
  };
}

/** @throws {FlantsError} `key.conflict` when other bytes came from another URL of this library */
export function assertNoKeyConflict(
  { key, url, prior }: Pick<FileTask, 'key' | 'url' | 'prior'>,
  { existing }: Pick<CopyPolicy, 'existing'>,
  content: Content,
): void {
  if (!prior || prior.url === url || existing === 'overwrite') return;
  if (prior.crc32 === content.crc32 && prior.sizeBytes === content.sizeBytes) return;
  throw new FlantsError('key.conflict', `${url} and ${prior.url} want the key ${key} with different bytes`);
}

/** Whether what stands there came from the same URL by us, with or without evidence. */
export function hasSourceMark({ metadata }: StoredObject, { url }: Pick<FileTask, 'url'>): boolean {
  return metadata[sourceMetadata] === sourceMark(url);
}

/** Whether the same bytes may be left there. What somebody else wrote may have other headers: `overwrite` replaces it all the same. */
export function mayLeaveUnchanged(
  standing: StoredObject,
  task: Pick<FileTask, 'url'>,
  { existing }: Pick<CopyPolicy, 'existing'>,
): boolean {
  return existing !== 'overwrite' || hasSourceMark(standing, task);
}

/** Whether other bytes that nothing is known of may be replaced. */
export function mayOverwrite(
  standing: StoredObject,
  task: Pick<FileTask, 'url'>,
  { existing }: Pick<CopyPolicy, 'existing'>,
): boolean {
  return existing === 'overwrite' || hasSourceMark(standing, task);
}

/** The error for what stands in the way. */
export function conflictError(standing: StoredObject, content: Content): FlantsError {
  return new FlantsError(
    'store.conflict',
    `another object stands at ${standing.key} (${standing.sizeBytes} bytes, ours has ${content.sizeBytes}); --existing overwrite replaces it`,
  );
}

/** Without a look: what our evidence says, or that nothing stands there. */
function unseen({ prior }: Pick<FileTask, 'prior'>): WriteCondition {
  return prior?.etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: prior.etag };
}

/** Same size and checksum; a store that keeps no checksum is read back. */
export async function hasSameContent(
  standing: StoredObject,
  content: Content,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  if (standing.sizeBytes !== content.sizeBytes) return false;
  if (standing.crc32 !== undefined) return standing.crc32 === content.crc32;
  const found = await store.get(standing.key, { signal });
  return found !== undefined && (await measureBody(found.body)).crc32 === content.crc32;
}
