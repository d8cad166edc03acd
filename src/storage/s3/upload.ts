import type { PutOptions, Upload } from '../object-store.ts';
import { base64OfHex, crc32Hex } from '../checksum.ts';
import { entityTag } from './object.ts';
import type { S3Connection, S3Request } from './connection.ts';
import type { S3Control, S3Part } from './control.ts';
import { canonicalQuery } from './sigv4.ts';

/**
 * Begins a multipart upload: control requests by the SDK, parts over our own connection. Each part carries its CRC-32,
 * and so does the whole object, which is possible with CRC but not with SHA-256 (checksum type `FULL_OBJECT`).
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export async function beginUpload(
  connection: S3Connection,
  control: S3Control,
  key: string,
  options: PutOptions,
): Promise<Upload> {
  const upload = await control.createUpload(key, options);
  const parts = new Map<number, S3Part>();
  let open = true;

  const abort = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await control.abortUpload(upload).catch(() => undefined);
  };

  return {
    part: async (number, body, { signal }) => {
      const crc32 = crc32Hex(body);
      const request: S3Request = {
        method: 'PUT',
        key,
        query: canonicalQuery({ partNumber: String(number), uploadId: upload.uploadId }),
        headers: [['x-amz-checksum-crc32', base64OfHex(crc32)]],
        body,
        signal,
      };
      const answer = await connection.send(request);
      if (answer.status !== 200) throw connection.refusal(request, answer);
      parts.set(number, { number, etag: entityTag(answer.headers['etag'] ?? ''), crc32 });
    },

    complete: async (crc32) => {
      const completed = await control.completeUpload(upload, [...parts.values()], crc32, options);
      if (completed.result === 'stored') open = false;
      else await abort();
      return completed;
    },

    abort,
  };
}
