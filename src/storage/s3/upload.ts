import type { ObjectStore, PutOptions, Upload } from '../object-store.ts';
import { crc32Hex } from '../checksum.ts';
import { confirmObject, crc32Of } from '../confirm-object.ts';
import { failureOf } from '../../domain/failure.ts';
import { isUnknownRequest } from '../refusals.ts';
import { entityTag, integrityHeaders } from './object.ts';
import type { S3Connection, S3Request } from './connection.ts';
import type { CompletedUpload, S3Control, S3Part } from './control.ts';
import { canonicalQuery } from './sigv4.ts';

/** Whether a store takes checksums of whole objects for uploads. It is asked by the first upload, and remembered. */
export interface UploadChecksums {
  areTaken: boolean;
}

/** What an upload needs of its store. */
export interface UploadTarget {
  readonly connection: S3Connection;
  readonly control: S3Control;
  readonly checksums: UploadChecksums;
  /** Reads what was stored, by the key within the store. */
  readonly store: Pick<ObjectStore, 'name' | 'head' | 'get' | 'delete'>;
  /** Both within the store and in the bucket. */
  readonly key: { readonly own: string; readonly full: string };
}

/**
 * Begins a multipart upload: control requests by the SDK, parts over our own connection. Each part carries its CRC-32,
 * and so does the whole object, which is possible with CRC but not with SHA-256 (checksum type `FULL_OBJECT`).
 *
 * Not every store knows that. One that refuses a request with the checksum is asked again without. Where the store does
 * not say that it has compared the whole, or not which ETag it has, the object is looked at after it was joined.
 *
 * Where the answer to `complete` is lost, it may be asked again. Some stores then say that they know no such upload, that
 * it is denied, or that its condition does not hold: the object is looked at, which may be there.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export async function beginUpload(target: UploadTarget, options: PutOptions): Promise<Upload> {
  const { connection, control, checksums, key } = target;
  let isChecked = checksums.areTaken && options.integrity === undefined;

  /** Sends with the checksum, and once more without where the store refuses that. */
  const send = async <T>(
    request: (withChecksum: boolean) => Promise<T>,
  ): Promise<{ answer: T; isChecked: boolean }> => {
    if (!isChecked) return { answer: await request(false), isChecked };
    try {
      return { answer: await request(true), isChecked };
    } catch (error) {
      if (!isUnknownRequest(error)) throw error;
      const answer = await request(false);
      checksums.areTaken = false;
      return { answer, isChecked: false };
    }
  };

  const begun = await send((withChecksum) => control.createUpload(key.full, options, withChecksum));
  const upload = begun.answer;
  ({ isChecked } = begun);
  const parts = new Map<number, S3Part>();
  let isOpen = true;
  let mayBeComplete = false;
  /** The answer of a store that has joined the parts, if only a look at the object was left and failed. */
  let joined: CompletedUpload | undefined;

  const abort = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await control.abortUpload(upload).catch(() => undefined);
  };

  const complete = async (crc32: string): Promise<CompletedUpload> => {
    try {
      const { answer } = await send((withChecksum) =>
        control.completeUpload(upload, [...parts.values()], withChecksum ? crc32 : undefined, options),
      );
      return answer.result === 'stored' ? answer : ((await findCompleted(crc32)) ?? answer);
    } catch (error) {
      const { status } = failureOf(error);
      const isRefusal = status !== undefined && status < 500;
      const completed = isRefusal ? await findCompleted(crc32) : undefined;
      mayBeComplete ||= !isRefusal;
      if (completed) return completed;
      throw error;
    }
  };

  /** The object of an earlier request to complete, whose answer was lost. */
  const findCompleted = async (crc32: string): Promise<CompletedUpload | undefined> => {
    if (!mayBeComplete) return undefined;
    const { condition, signal } = options;
    const stored = await target.store.head(key.own, { signal });
    const isOld = condition !== undefined && 'ifMatch' in condition && condition.ifMatch === stored?.etag;
    if (!stored || isOld || (await crc32Of(target.store, stored, signal)) !== crc32) return undefined;
    return { result: 'stored', etag: stored.etag, isCompared: true };
  };

  return {
    part: async (number, body, { signal, integrity = 'none' }) => {
      const crc32 = crc32Hex(body);
      const { answer, isChecked: hasSum } = await send(async (withChecksum) => {
        const request: S3Request = {
          method: 'PUT',
          key: key.full,
          query: canonicalQuery({ partNumber: String(number), uploadId: upload.uploadId }),
          headers: integrityHeaders(crc32, withChecksum ? undefined : integrity),
          body,
          signal,
        };
        const received = await connection.send(request);
        if (received.status !== 200) throw connection.refusal(request, received);
        return received;
      });
      const etag = entityTag(answer.headers['etag'] ?? '');
      parts.set(number, { number, etag, ...(hasSum ? { crc32 } : {}) });
    },

    complete: async (crc32) => {
      const answer = joined ?? (await complete(crc32));
      if (answer.result !== 'stored') {
        await abort();
        return answer;
      }
      isOpen = false;
      joined = answer;
      const { etag, isCompared } = answer;
      if (isCompared && etag !== '') return { result: 'stored', etag };
      const confirmed = await confirmObject(target.store, { key: key.own, crc32, etag }, options.signal);
      return { result: 'stored', etag: confirmed };
    },

    abort,
  };
}
