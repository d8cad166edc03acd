import { createHash } from 'node:crypto';
import type { FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { MiB } from '../domain/units.ts';
import { Crc32 } from '../storage/checksum.ts';
import type { ObjectStore, StoredObject, Upload, WriteCondition } from '../storage/object-store.ts';
import type { CopyPolicy } from './ant-ports.ts';
import { assertNoKeyConflict, conflictError, hasSameContent, mayOverwrite, mayLeaveUnchanged, writeOptions } from './place-object.ts';
import type { ConfirmCurrent, Content, Placed } from './place-object.ts';
import type { StreamedBody } from './read-body.ts';

const usualPartBytes = 8 * MiB;

/**
 * Sends a body that is too large to hold, in parts as it comes: one part is filled while another is sent.
 * The object appears whole at the end, or not at all.
 *
 * It looks at what stands there before it begins, since a body that went by cannot be written again under another
 * condition. Then as `placeObject`: what is ours is replaced, the same bytes are left, anything else is a conflict.
 *
 * @param announcedBytes - size of the whole body, where the source said so: decides the size of parts
 * @throws {FlantsError} as `placeObject`; the upload is given up
 */
export async function uploadBody(
  task: FileTask,
  policy: Pick<CopyPolicy, 'existing' | 'sha256'>,
  body: StreamedBody,
  { store, confirm }: { readonly store: ObjectStore; readonly confirm: ConfirmCurrent },
  announcedBytes: number | undefined,
  signal: AbortSignal,
): Promise<Content & Placed & { readonly sha256?: string }> {
  const standing = await store.head(task.key, { signal });
  const condition = conditionOver(standing, task, policy);
  const upload = await store.upload(task.key, writeOptions(task, condition, signal));
  try {
    const content = await sendParts(upload, body, partBytesFor(announcedBytes, store), policy.sha256, signal);
    if (task.minSizeBytes !== undefined && content.sizeBytes < task.minSizeBytes) {
      throw new FlantsError(
        'source.wrong-body',
        `${task.url} ends before byte ${task.minSizeBytes}, which its playlist names`,
      );
    }
    if (standing && mayLeaveUnchanged(standing, task, policy) && (await hasSameContent(standing, content, store, signal))) {
      await upload.abort();
      return { ...content, etag: standing.etag, proof: 'same-checksum' };
    }
    assertNoKeyConflict(task, policy, content);
    if (standing && !isReplaceable(standing, task, policy)) throw conflictError(standing, content);
    if (standing && !isKnown(standing, task)) await confirm(content);
    const completed = await upload.complete(content.crc32);
    if (completed.result === 'stored') return { ...content, etag: completed.etag, proof: 'written' };
    throw new FlantsError('store.status', `${task.key} changed while it was uploaded`, { retryable: true });
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

type Policy = Pick<CopyPolicy, 'existing'>;

/** Nothing but what was seen may be replaced, and that only where it is ours or `overwrite` says so. */
function conditionOver(standing: StoredObject | undefined, task: FileTask, policy: Policy): WriteCondition {
  return standing && isReplaceable(standing, task, policy) ? { ifMatch: standing.etag } : { ifNoneMatch: '*' };
}

function isReplaceable(standing: StoredObject, task: FileTask, policy: Policy): boolean {
  return mayOverwrite(standing, task, policy) || isKnown(standing, task);
}

/** Our evidence is about just this object. */
function isKnown(standing: StoredObject, { url, prior }: FileTask): boolean {
  return prior?.url === url && standing.etag === prior.etag;
}

/** Parts that stay within the most that an upload may have. */
function partBytesFor(announcedBytes: number | undefined, store: ObjectStore): number {
  const { minPartBytes, maxPartCount } = store.limits;
  return Math.max(minPartBytes, usualPartBytes, Math.ceil((announcedBytes ?? 0) / maxPartCount));
}

async function sendParts(
  upload: Upload,
  body: StreamedBody,
  partBytes: number,
  wantsSha256: boolean,
  signal: AbortSignal,
): Promise<Content & { readonly sha256?: string }> {
  const sha256 = wantsSha256 ? createHash('sha256') : undefined;
  const sum = new Crc32();
  let sizeBytes = 0;
  let number = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = async (bytes: Uint8Array): Promise<void> => {
    await sending;
    number += 1;
    sending = upload.part(number, bytes, { signal });
    sending.catch(() => undefined);
  };
  const take = async (chunk: Uint8Array): Promise<void> => {
    sum.update(chunk);
    sha256?.update(chunk);
    sizeBytes += chunk.byteLength;
    held.push(chunk);
    heldBytes += chunk.byteLength;
    if (heldBytes < partBytes) return;
    const bytes = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    await send(bytes);
  };

  try {
    for (const chunk of body.received) await take(chunk);
    for (let next = await body.rest.next(); !next.done; next = await body.rest.next()) await take(next.value);
    if (heldBytes > 0) await send(Buffer.concat(held, heldBytes));
    await sending;
  } catch (error) {
    // What arrives after the upload was given up would lie there for ever.
    await sending.catch(() => undefined);
    throw error;
  }
  return { sizeBytes, crc32: sum.hex(), ...(sha256 ? { sha256: sha256.digest('hex') } : {}) };
}
