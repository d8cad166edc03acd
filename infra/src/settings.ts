import type { Node } from 'constructs';

/** What may be chosen with `-c name=value`, or below "context" in cdk.json. */
export interface Settings {
  /** Name of the stack: one for each library. */
  readonly name: string;
  /** Prefix of the destination in its bucket. */
  readonly prefix: string;
  /** Functions at a time at most; taken out of what the account has (1,000 in most, 10 in new ones). */
  readonly concurrency: number;
  /** Origins of pages that may play what is copied. */
  readonly corsOrigins: readonly string[];
  /** A name of your own for the CDN, with the ARN of its certificate in us-east-1. Absent: a name of CloudFront's. */
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  /** Who is told of alarms. Absent: whoever subscribes to the topic. */
  readonly alarmEmail?: string;
  /** Name of a parameter of Systems Manager (SecureString) with the headers that functions send to the sources. */
  readonly headerParameter?: string;
  /** Where `s3://` sources are. */
  readonly sources: SourceSettings;
  /** Whether `--header-policy` gives objects tags, for which one more right is needed. */
  readonly tags: boolean;
  /** Whether the services run here too, on Fargate with ElastiCache. Absent: they run elsewhere. */
  readonly services?: ServiceSettings;
}

/** What may be read of `s3://` sources. */
export interface SourceSettings {
  readonly buckets: readonly SourceBucket[];
  /** ARNs of the KMS keys by which their objects are encrypted, if these are not AWS's own. */
  readonly keys: readonly string[];
}

/** A bucket, or a prefix of it, that holds sources. */
export interface SourceBucket {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** How the services run. */
export interface ServiceSettings {
  /** Name of a secret of Secrets Manager: a mongodb:// URL, or playlists, one per line. */
  readonly catalogueSecret: string;
  /** Processes of each role that has several. */
  readonly crawlers: number;
  readonly transfers: number;
}

/**
 * Reads the settings.
 *
 * @throws {Error} that names what is wrong
 */
export function readSettings(node: Node): Settings {
  const text = (name: string): string | undefined => {
    const value: unknown = node.tryGetContext(name);
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  const whole = (name: string, fallback: number): number => {
    const value = Number(text(name) ?? fallback);
    if (!Number.isInteger(value) || value < 1)
      throw new Error(`-c ${name}=${text(name)}: expected a whole number from 1`);
    return value;
  };
  const yes = (name: string): boolean => {
    const value = text(name) ?? 'false';
    if (value !== 'true' && value !== 'false') throw new Error(`-c ${name}=${value}: expected true or false`);
    return value === 'true';
  };
  const like = (name: string, form: RegExp, expected: string): string | undefined => {
    const value = text(name);
    if (value !== undefined && !form.test(value)) throw new Error(`-c ${name}=${value}: expected ${expected}`);
    return value;
  };
  const list = (name: string, form: RegExp, expected: string): string[] => {
    const values = text(name)?.split(',') ?? [];
    if (!values.every((value) => form.test(value)))
      throw new Error(`-c ${name}=${text(name)}: expected ${expected}, several separated by commas`);
    return values;
  };
  const [domain, certificateArn] = [
    text('domain'),
    like('certificateArn', /^arn:aws[a-z-]*:acm:us-east-1:/, 'the ARN of a certificate in us-east-1'),
  ];
  if ((domain === undefined) !== (certificateArn === undefined))
    throw new Error('-c domain and -c certificateArn (of us-east-1) go together');
  const [alarmEmail, headerParameter, catalogueSecret] = [
    like('alarmEmail', /^[^@\s]+@[^@\s]+$/, 'an address of e-mail'),
    text('headerParameter'),
    text('catalogueSecret'),
  ];
  const sources = {
    buckets: list('sourceBuckets', sourceBucketForm, 'BUCKET or BUCKET/PREFIX').map(sourceBucketOf),
    keys: list('sourceKeys', /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key'),
  };
  if (sources.keys.length > 0 && sources.buckets.length === 0)
    throw new Error('-c sourceKeys goes with -c sourceBuckets, whose objects the keys decrypt');
  const wantsServices = yes('services');
  if (wantsServices && catalogueSecret === undefined)
    throw new Error('-c services=true wants -c catalogueSecret=NAME: a secret with the catalogue');
  return {
    name: like('name', /^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'letters, digits and hyphens, a letter first') ?? 'Flants',
    prefix: (text('prefix') ?? 'vod').replace(/^\/|\/$/g, ''),
    concurrency: whole('concurrency', 100),
    sources,
    tags: yes('tags'),
    corsOrigins: (text('corsOrigins') ?? '*').split(','),
    ...(domain === undefined || certificateArn === undefined ? {} : { domain: { name: domain, certificateArn } }),
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(headerParameter === undefined ? {} : { headerParameter }),
    ...(wantsServices && catalogueSecret !== undefined
      ? { services: { catalogueSecret, crawlers: whole('crawlers', 2), transfers: whole('transfers', 2) } }
      : {}),
  };
}

/** The name of a bucket, and a prefix without what is a wildcard or a variable in a policy. */
const sourceBucketForm = /^(?:s3:\/\/)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^*?$]*)?$/;

function sourceBucketOf(text: string): SourceBucket {
  const [bucket = '', ...folders] = text.replace(/^s3:\/\//, '').split('/');
  return { bucket, prefix: folders.join('/').replace(/\/$/, '') };
}
