import type * as AwsSdk from '@aws-sdk/client-s3';
import type { CompletedPart, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { FlantsError } from '../../domain/failure.ts';
import type { ObjectTreatment } from '../../domain/object-headers.ts';
import { minute } from '../../domain/units.ts';
import type { PutOptions } from '../object-store.ts';
import { base64OfHex } from '../checksum.ts';
import type { S3Connection, S3ConnectionOptions } from './connection.ts';
import { isRefusedCondition, networkError, refusalError } from './errors.ts';
import type { S3Attempt, S3Refusal } from './errors.ts';
import { entityTag, tagText } from './object.ts';
import { sdkHandler } from './sdk-handler.ts';

/** S3 sends nothing while it joins thousands of parts, which takes time. */
const completionTimeoutMs = 5 * minute;

/** A part that was uploaded. */
export interface S3Part {
  readonly number: number;
  readonly etag: string;
  /** Absent if it was sent without. */
  readonly crc32?: string;
}

/** An upload in progress. */
export interface S3UploadId {
  readonly key: string;
  readonly uploadId: string;
}

/** `isCompared`: the answer has the checksum of the whole object. Some stores take it and never look at it. */
export type CompletedUpload =
  | { readonly result: 'stored'; readonly etag: string; readonly isCompared: boolean }
  | { readonly result: 'precondition-failed' };

type Sdk = typeof AwsSdk;

/**
 * Control of multipart uploads by the AWS SDK, which knows the XML. These requests are rare, so the SDK is loaded on
 * first use. It never retries.
 */
export class S3Control {
  readonly #options: S3ConnectionOptions;
  readonly #connection: S3Connection;
  #loaded: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  constructor(options: S3ConnectionOptions, connection: S3Connection) {
    this.#options = options;
    this.#connection = connection;
  }

  async createUpload(key: string, options: PutOptions, withChecksum: boolean): Promise<S3UploadId> {
    const answer = await this.#call(
      this.#connection.attempt('begin the upload of', key),
      options.signal,
      ({ sdk, client }) =>
        client.send(
          new sdk.CreateMultipartUploadCommand({
            Bucket: this.#options.bucket,
            Key: key,
            ContentType: options.contentType,
            CacheControl: options.cacheControl,
            Metadata: options.metadata,
            ...treatmentFields(options),
            ...(withChecksum ? { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } : {}),
          }),
          { abortSignal: options.signal },
        ),
    );
    return { key, uploadId: answer.UploadId ?? '' };
  }

  /** Joins the parts into the object, whose CRC-32 the store compares if it is given and the store knows such. */
  async completeUpload(
    upload: S3UploadId,
    parts: readonly S3Part[],
    crc32: string | undefined,
    options: PutOptions,
  ): Promise<CompletedUpload> {
    const { condition, signal } = options;
    const isReplacement = condition !== undefined && 'ifMatch' in condition;
    const attempt = { ...this.#connection.attempt('complete the upload of', upload.key), isReplacement };
    return this.#call(attempt, signal, async ({ sdk, client }): Promise<CompletedUpload> => {
      const command = new sdk.CompleteMultipartUploadCommand({
        Bucket: this.#options.bucket,
        Key: upload.key,
        UploadId: upload.uploadId,
        MultipartUpload: { Parts: parts.toSorted((a, b) => a.number - b.number).map(completedPart) },
        ...(crc32 === undefined ? {} : { ChecksumCRC32: base64OfHex(crc32), ChecksumType: 'FULL_OBJECT' }),
        ...(condition && 'ifNoneMatch' in condition ? { IfNoneMatch: condition.ifNoneMatch } : {}),
        ...(condition && 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : {}),
      });
      try {
        const requestTimeout = completionTimeoutMs;
        const { ETag = '', ChecksumCRC32 } = await client.send(command, { abortSignal: signal, requestTimeout });
        const isCompared = crc32 !== undefined && ChecksumCRC32 === base64OfHex(crc32);
        return { result: 'stored', etag: entityTag(ETag), isCompared };
      } catch (error) {
        if (isServiceError(error) && isRefusedCondition(refusalOf(error), condition))
          return { result: 'precondition-failed' };
        throw error;
      }
    });
  }

  async abortUpload({ key, uploadId }: S3UploadId): Promise<void> {
    await this.#call(this.#connection.attempt('give up the upload of', key), undefined, ({ sdk, client }) =>
      client.send(new sdk.AbortMultipartUploadCommand({ Bucket: this.#options.bucket, Key: key, UploadId: uploadId })),
    );
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    loaded?.client.destroy();
  }

  async #call<T>(
    attempt: S3Attempt,
    signal: AbortSignal | undefined,
    send: (loaded: { sdk: Sdk; client: S3Client }) => Promise<T>,
  ): Promise<T> {
    try {
      this.#loaded ??= this.#load();
      return await send(await this.#loaded);
    } catch (error) {
      throw controlError(error, attempt, signal);
    }
  }

  async #load(): Promise<{ readonly sdk: Sdk; readonly client: S3Client }> {
    const sdk = await import('@aws-sdk/client-s3');
    const { region, credentials, timeouts } = this.#options;
    const { endpoint, pathStyle } = this.#connection.address;
    const client = new sdk.S3Client({
      region,
      endpoint,
      forcePathStyle: pathStyle,
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: async () => {
        const { expiresAtMs, ...keys } = await credentials();
        return { ...keys, ...(expiresAtMs === undefined ? {} : { expiration: new Date(expiresAtMs) }) };
      },
      requestHandler: sdkHandler(() => this.#connection.route, timeouts.headersTimeoutMs),
    });
    return { sdk, client };
  }
}

function completedPart({ number, etag, crc32 }: S3Part): CompletedPart {
  return { PartNumber: number, ETag: etag, ...(crc32 === undefined ? {} : { ChecksumCRC32: base64OfHex(crc32) }) };
}

function controlError(error: unknown, attempt: S3Attempt, signal: AbortSignal | undefined): FlantsError {
  return signal?.aborted || !isServiceError(error)
    ? networkError(error, attempt, signal)
    : refusalError(refusalOf(error), attempt);
}

function refusalOf(error: S3ServiceException): S3Refusal {
  const headers = error.$response?.headers ?? {};
  const [retryAfter, bucketRegion] = [headers['retry-after'], headers['x-amz-bucket-region']];
  return {
    status: error.$metadata.httpStatusCode ?? 0,
    code: error.name,
    message: error.message,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(bucketRegion === undefined ? {} : { bucketRegion }),
  };
}

/** Checks the shape, because the SDK ships several copies of its own error class. */
function isServiceError(error: unknown): error is S3ServiceException {
  return error instanceof Error && '$metadata' in error && '$fault' in error;
}

/** How the object is to be treated once it is complete. */
function treatmentFields({
  storageClass,
  encryption,
  tags,
}: ObjectTreatment): Pick<
  AwsSdk.CreateMultipartUploadCommandInput,
  'StorageClass' | 'ServerSideEncryption' | 'SSEKMSKeyId' | 'Tagging'
> {
  return {
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as AwsSdk.StorageClass }),
    ...(encryption === undefined ? {} : { ServerSideEncryption: encryption.algorithm }),
    ...(encryption?.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId }),
    ...(tags === undefined ? {} : { Tagging: tagText(tags) }),
  };
}
