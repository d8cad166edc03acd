import { FlantsError } from '../../domain/failure.ts';
import type { ObjectStore, PutOptions, Upload } from '../object-store.ts';
import { base64OfHex, crc32Hex, measureBody } from '../checksum.ts';
import { entityTag } from './object.ts';
import type { S3Connection, S3Request } from './connection.ts';
import type { S3Control, S3Part } from './control.ts';
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
  readonly store: Pick<ObjectStore, 'head' | 'get' | 'delete'>;
  /** Both within the store and in the bucket. */
  readonly key: { readonly own: string; readonly full: string };
}

/**
 * Begins a multipart upload: control requests by the SDK, parts over our own connection. Each part carries its CRC-32,
 * and so does the whole object, which is possible with CRC but not with SHA-256 (checksum type `FULL_OBJECT`).
 *
 * Not every store knows that. One that refuses a request with the checksum is asked again without; then the object is
 * compared with its CRC-32 after it was joined.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export async function beginUpload(target: UploadTarget, options: PutOptions): Promise<Upload> {
  const { connection, control, checksums, key } = target;
  let isChecked = checksums.areTaken;

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

  const abort = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await control.abortUpload(upload).catch(() => undefined);
  };

  return {
    part: async (number, body, { signal }) => {
      const crc32 = crc32Hex(body);
      const { answer, isChecked: hasSum } = await send(async (withChecksum) => {
        const request: S3Request = {
          method: 'PUT',
          key: key.full,
          query: canonicalQuery({ partNumber: String(number), uploadId: upload.uploadId }),
          headers: withChecksum ? [['x-amz-checksum-crc32', base64OfHex(crc32)]] : [],
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
      const completed = await send((withChecksum) =>
        control.completeUpload(upload, [...parts.values()], withChecksum ? crc32 : undefined, options),
      );
      if (completed.answer.result !== 'stored') {
        await abort();
        return completed.answer;
      }
      isOpen = false;
      if (!completed.isChecked) await confirmObject(target, { crc32, etag: completed.answer.etag }, options.signal);
      return completed.answer;
    },

    abort,
  };
}

/** A refusal that names nothing else than the request, as of one with a header or field that the store does not know. */
function isUnknownRequest(error: unknown): boolean {
  if (!(error instanceof FlantsError) || error.code !== 'store.status') return false;
  return error.failure.status === 400 || error.failure.status === 501;
}

/**
 * Compares an object that the store did not check with its CRC-32: by the store's own, or else by reading it. One that
 * differs is removed, since its metadata vouch for other bytes.
 */
async function confirmObject(
  { connection, store, key }: UploadTarget,
  expected: { readonly crc32: string; readonly etag: string },
  signal: AbortSignal,
): Promise<void> {
  const stored = await store.head(key.own, { signal });
  const crc32 = stored?.crc32 ?? (await readCrc32(store, key.own, signal));
  if (crc32 === expected.crc32) return;
  if (stored?.etag === expected.etag) await store.delete(key.own, { signal });
  const { place } = connection.attempt('PUT', key.full);
  throw new FlantsError(
    'store.checksum',
    `PUT ${place}: the parts were joined to other bytes than those that were sent`,
  );
}

async function readCrc32(store: UploadTarget['store'], key: string, signal: AbortSignal): Promise<string | undefined> {
  const opened = await store.get(key, { signal });
  return opened && (await measureBody(opened.body)).crc32;
}
