import type * as AwsSdk from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3Connection } from './connection.ts';
import type { S3ConnectionOptions } from './connection.ts';
import { sdkHandler } from './sdk-handler.ts';

/** A setting that was read; `none` if the bucket has none; `unknown` if we may not ask, or the store knows no such. */
export type Setting<T> =
  | { readonly known: 'set'; readonly value: T }
  | { readonly known: 'none' }
  | { readonly known: 'unknown'; readonly reason: string };

/** One rule of cross-origin access. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
}

/** Settings of a bucket that matter to a library in it. */
export interface BucketSettings {
  readonly cors: Setting<readonly CorsRule[]>;
  readonly versioning: Setting<'Enabled' | 'Suspended'>;
  /** How long each new object is locked, such as `30 days, GOVERNANCE`. */
  readonly retention: Setting<string>;
  readonly lifecycle: Setting<Lifecycle>;
}

/** What of a bucket's lifecycle concerns a library. */
export interface Lifecycle {
  /** Days after which parts of uploads that were never completed go. Absent: never. */
  readonly abortsUploadsAfterDays?: number;
  /** Whether old versions go by themselves. */
  readonly expiresOldVersions: boolean;
}

type Sdk = typeof AwsSdk;
type Ask<T> = (sdk: Sdk, client: S3Client) => Promise<T | undefined>;

/** The codes by which S3 says that there is no such setting. */
const absentCodes = /^(NoSuchCORSConfiguration|NoSuchLifecycleConfiguration|ObjectLockConfigurationNotFoundError)$/;

/** Reads the settings of a bucket. Never throws for a setting that it may not read. Each costs one request. */
export async function readBucketSettings(
  options: S3ConnectionOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<BucketSettings> {
  const sdk = await import('@aws-sdk/client-s3');
  const connection = new S3Connection(options);
  const client = clientOf(sdk, options, connection);
  const Bucket = options.bucket;
  const read = async <T>(ask: Ask<T>): Promise<Setting<T>> => {
    try {
      const value = await ask(sdk, client);
      return value === undefined ? { known: 'none' } : { known: 'set', value };
    } catch (error) {
      signal.throwIfAborted();
      const name = error instanceof Error ? error.name : '';
      return absentCodes.test(name) ? { known: 'none' } : { known: 'unknown', reason: reasonOf(error) };
    }
  };
  const send = { abortSignal: signal };
  try {
    return {
      cors: await read(async () =>
        corsOf((await client.send(new sdk.GetBucketCorsCommand({ Bucket }), send)).CORSRules),
      ),
      versioning: await read(
        async () => (await client.send(new sdk.GetBucketVersioningCommand({ Bucket }), send)).Status,
      ),
      retention: await read(async () =>
        retentionOf(await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }), send)),
      ),
      lifecycle: await read(async () =>
        lifecycleOf((await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), send)).Rules),
      ),
    };
  } finally {
    client.destroy();
    await connection.close();
  }
}

function clientOf(
  sdk: Sdk,
  { region, credentials, timeouts }: S3ConnectionOptions,
  connection: S3Connection,
): S3Client {
  const { endpoint, pathStyle } = connection.address;
  return new sdk.S3Client({
    region,
    endpoint,
    forcePathStyle: pathStyle,
    maxAttempts: 2,
    credentials: async () => {
      const { expiresAtMs, ...keys } = await credentials();
      return { ...keys, ...(expiresAtMs === undefined ? {} : { expiration: new Date(expiresAtMs) }) };
    },
    requestHandler: sdkHandler(() => connection.route, timeouts.headersTimeoutMs),
  });
}

function corsOf(rules: readonly AwsSdk.CORSRule[] | undefined): readonly CorsRule[] | undefined {
  if (!rules || rules.length === 0) return undefined;
  return rules.map(({ AllowedOrigins, AllowedMethods, AllowedHeaders, ExposeHeaders }) => ({
    origins: AllowedOrigins ?? [],
    methods: AllowedMethods ?? [],
    allowedHeaders: AllowedHeaders ?? [],
    exposedHeaders: ExposeHeaders ?? [],
  }));
}

function retentionOf({ ObjectLockConfiguration }: AwsSdk.GetObjectLockConfigurationOutput): string | undefined {
  const kept = ObjectLockConfiguration?.Rule?.DefaultRetention;
  if (!kept) return undefined;
  const time = kept.Days === undefined ? `${kept.Years ?? 0} years` : `${kept.Days} days`;
  return `${time}, ${kept.Mode ?? 'no mode'}`;
}

function lifecycleOf(rules: readonly AwsSdk.LifecycleRule[] | undefined): Lifecycle | undefined {
  const active = (rules ?? []).filter(({ Status }) => Status === 'Enabled');
  if (active.length === 0) return undefined;
  const days = active.flatMap(
    ({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? [],
  );
  return {
    ...(days.length === 0 ? {} : { abortsUploadsAfterDays: Math.min(...days) }),
    expiresOldVersions: active.some(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration !== undefined),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return /^(AccessDenied|Forbidden)$/.test(error.name) ? 'the credentials may not read it' : error.name;
}
