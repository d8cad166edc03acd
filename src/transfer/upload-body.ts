import { createHash } from 'node:crypto';
import type { FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import { isEvidenceOf, sourceIdentityOf } from '../domain/names/source-identity.ts';
import { Crc32 } from '../storage/checksum.ts';
import type { ObjectStore, StoredObject, Upload, WriteCondition } from '../storage/object-store.ts';
import type { CopyPolicy } from './ant-ports.ts';
import {
  assertNoKeyConflict,
  conflictError,
  hasSameContent,
  leftUnchanged,
  mayOverwrite,
  mayLeaveUnchanged,
  replacementOf,
  writeOptions,
} from './place-object.ts';
import type { ConfirmCurrent, Content, Placed } from './place-object.ts';
import type { StreamedBody } from './read-body.ts';
import { writeLimits } from './write-limits.ts';

/**
 * Uploads a body that is too large to buffer, in parts as it arrives: one part is filled while another is sent. The
 * object appears as a whole at the end, or never.
 *
 * Looks at the object at the key first, since a streamed body cannot be sent again under another condition. Then
 * decides as `placeObject` does: our object is replaced, the same bytes are left, and anything else is a conflict.
 *
 * @param announcedBytes - size of the whole body as announced by the source; determines the part size
 * @throws {FlantsError} as `placeObject`; the upload is aborted
 */
export async function uploadBody(
  task: FileTask,
  policy: CopyPolicy,
  body: StreamedBody,
  { store, confirm }: { readonly store: ObjectStore; readonly confirm: ConfirmCurrent },
  announcedBytes: number | undefined,
  signal: AbortSignal,
): Promise<Content & Placed & { readonly sha256?: string }> {
  const current = await store.head(task.key, { signal });
  const condition = conditionFor(current, task, policy);
  const upload = await store.upload(task.key, writeOptions(task, policy, condition, signal));
  try {
    const content = await sendParts(upload, body, partBytesFor(announcedBytes, store), policy.sha256, signal);
    if (task.minSizeBytes !== undefined && content.sizeBytes < task.minSizeBytes) {
      throw new FlantsError(
        'source.wrong-body',
        `${task.url} ends before byte ${task.minSizeBytes}, which its playlist names`,
      );
    }
    if (
      current &&
      mayLeaveUnchanged(current, task, policy) &&
      (await hasSameContent(current, content, store, signal))
    ) {
      await upload.abort();
      return { ...content, ...leftUnchanged(current, task) };
    }
    assertNoKeyConflict(task, policy, content);
    if (current && !isReplaceable(current, task, policy)) throw conflictError(current, task, policy, content);
    if (current && !isKnown(current, task, policy)) await confirm(content);
    const completed = await upload.complete(content.crc32);
    if (completed.result === 'stored') {
      const { etag } = completed;
      return { ...content, ...(current ? replacementOf(current, etag, content) : { etag, proof: 'written' }) };
    }
    throw new FlantsError('store.status', `${task.key} changed while it was uploaded`, { retryable: true });
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

type Policy = Pick<CopyPolicy, 'existing' | 'video'>;

/** Replaces only the object that was seen, and only if it is ours or `overwrite` allows it. */
function conditionFor(current: StoredObject | undefined, task: FileTask, policy: Policy): WriteCondition {
  return current && isReplaceable(current, task, policy) ? { ifMatch: current.etag } : { ifNoneMatch: '*' };
}

function isReplaceable(current: StoredObject, task: FileTask, policy: Policy): boolean {
  return mayOverwrite(current, task, policy) || isKnown(current, task, policy);
}

/** Whether our evidence describes exactly this object. */
function isKnown(current: StoredObject, task: FileTask, { video }: Policy): boolean {
  const { prior } = task;
  return prior?.etag === current.etag && isEvidenceOf(prior, sourceIdentityOf(task, video));
}

/** A part size with which the upload stays within the store's limit of parts. */
function partBytesFor(announcedBytes: number | undefined, store: ObjectStore): number {
  const { minPartBytes, maxPartCount } = store.limits;
  return Math.max(minPartBytes, writeLimits.partBytes, Math.ceil((announcedBytes ?? 0) / maxPartCount));
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
  let buffered: Uint8Array[] = [];
  let bufferedBytes = 0;
  let sending: Promise<void> = Promise.resolve();

  const send = async (bytes: Uint8Array): Promise<void> => {
    await sending;
    number += 1;
    sending = upload.part(number, bytes, { signal });
    sending.catch(() => undefined);
  };
  const append = async (chunk: Uint8Array): Promise<void> => {
    sum.update(chunk);
    sha256?.update(chunk);
    sizeBytes += chunk.byteLength;
    buffered.push(chunk);
    bufferedBytes += chunk.byteLength;
    if (bufferedBytes < partBytes) return;
    const bytes = Buffer.concat(buffered, bufferedBytes);
    // Some stores, such as Cloudflare R2, refuse parts that are not all of one length, the last excepted.
    const wholeBytes = bufferedBytes - (bufferedBytes % partBytes);
    for (let at = 0; at < wholeBytes; at += partBytes) await send(bytes.subarray(at, at + partBytes));
    buffered = wholeBytes < bufferedBytes ? [bytes.subarray(wholeBytes)] : [];
    bufferedBytes -= wholeBytes;
  };

  try {
    for (const chunk of body.received) await append(chunk);
    for (let next = await body.rest.next(); !next.done; next = await body.rest.next()) await append(next.value);
    if (bufferedBytes > 0) await send(Buffer.concat(buffered, bufferedBytes));
    await sending;
  } catch (error) {
    // A part that arrived after the upload was aborted would stay in the store for ever.
    await sending.catch(() => undefined);
    throw error;
  }
  return { sizeBytes, crc32: sum.hex(), ...(sha256 ? { sha256: sha256.digest('hex') } : {}) };
}
