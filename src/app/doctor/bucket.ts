import type { Finding } from '../../domain/report/finding.ts';
import type { BucketSettings, CorsRule, Setting } from '../../storage/s3/bucket-settings.ts';

/** What a browser needs to send and to read when it plays HLS from another origin. */
const corsRules =
  '{"CORSRules":[{"AllowedOrigins":["*"],"AllowedMethods":["GET","HEAD"],"AllowedHeaders":["*"],"ExposeHeaders":["Content-Length","Content-Range","ETag"],"MaxAgeSeconds":86400}]}';

/** The settings of a bucket, judged for a library that players read from it or through a CDN. */
export function judgeBucket(bucket: string, settings: BucketSettings): readonly Finding[] {
  const { cors, versioning, retention, lifecycle } = settings;
  return [
    judgeCors(bucket, cors),
    judgeVersioning(bucket, { versioning, lifecycle }),
    ...judgeRetention(bucket, retention),
    judgeUploads(bucket, lifecycle),
  ];
}

function judgeCors(bucket: string, cors: Setting<readonly CorsRule[]>): Finding {
  const place = { check: 'CORS', subject: bucket };
  const mend = `aws s3api put-bucket-cors --bucket ${bucket} --cors-configuration '${corsRules}'`;
  if (cors.known === 'unknown') return untold(place, cors.reason);
  if (cors.known === 'none') {
    const message = 'pages of other hosts may not play from it: the bucket has no rules (a CDN may add the headers)';
    return { ...place, level: 'warning', message, mend };
  }
  const lacking = lackingOf(cors.value);
  if (lacking.length === 0) return { ...place, level: 'ok', message: 'browsers may play from other hosts' };
  return { ...place, level: 'warning', message: `no rule of the bucket ${lacking.join(', nor ')}`, mend };
}

function lackingOf(rules: readonly CorsRule[]): readonly string[] {
  const has = (names: readonly string[], name: string): boolean =>
    names.some((each) => each === '*' || each.toLowerCase() === name);
  const lacksOf = ({ methods, allowedHeaders, exposedHeaders }: CorsRule): readonly string[] => [
    ...(['GET', 'HEAD'].every((method) => methods.includes(method)) ? [] : ['allows GET and HEAD']),
    ...(has(allowedHeaders, 'range') ? [] : ['allows the header Range']),
    ...(has(exposedHeaders, 'content-length') && has(exposedHeaders, 'content-range')
      ? []
      : ['exposes Content-Length and Content-Range']),
  ];
  return rules.map(lacksOf).toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function judgeVersioning(
  bucket: string,
  { versioning, lifecycle }: Pick<BucketSettings, 'versioning' | 'lifecycle'>,
): Finding {
  const place = { check: 'versioning', subject: bucket };
  if (versioning.known === 'unknown') return untold(place, versioning.reason);
  const isOn = versioning.known === 'set' && versioning.value === 'Enabled';
  if (!isOn) return { ...place, level: 'ok', message: 'it is off' };
  if (lifecycle.known === 'unknown') return untold(place, `it is on; lifecycle: ${lifecycle.reason}`);
  if (lifecycle.known === 'set' && lifecycle.value.expiresOldVersions)
    return { ...place, level: 'ok', message: 'it is on, and old versions expire' };
  return {
    ...place,
    level: 'warning',
    message: 'it is on, and old versions of playlists are kept and paid for without end',
    mend: lifecycleLine(bucket, '"NoncurrentVersionExpiration":{"NoncurrentDays":30}'),
  };
}

function judgeRetention(bucket: string, retention: Setting<string>): readonly Finding[] {
  if (retention.known !== 'set') return [];
  return [
    {
      check: 'object lock',
      subject: bucket,
      level: 'warning',
      message: `each object is locked (${retention.value}): probes and replaced playlists stay as old versions so long`,
      mend: 'copy into a bucket without a default retention, or leave it so on purpose',
    },
  ];
}

function judgeUploads(bucket: string, lifecycle: BucketSettings['lifecycle']): Finding {
  const place = { check: 'lifecycle', subject: bucket };
  if (lifecycle.known === 'unknown') return untold(place, lifecycle.reason);
  const days = lifecycle.known === 'set' ? lifecycle.value.abortsUploadsAfterDays : undefined;
  if (days !== undefined)
    return { ...place, level: 'ok', message: `uploads that were never completed go after ${days} days` };
  return {
    ...place,
    level: 'warning',
    message: 'parts of uploads that a crash cut off are kept and paid for without end',
    mend: lifecycleLine(bucket, '"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}'),
  };
}

/** Replaces all rules, so it says to merge. */
function lifecycleLine(bucket: string, action: string): string {
  const rules = `{"Rules":[{"ID":"flants","Status":"Enabled","Filter":{"Prefix":""},${action}}]}`;
  return `aws s3api put-bucket-lifecycle-configuration --bucket ${bucket} --lifecycle-configuration '${rules}' (add the rules that the bucket has: this replaces them)`;
}

function untold(place: Pick<Finding, 'check' | 'subject'>, reason: string): Finding {
  return { ...place, level: 'unknown', message: `not told: ${reason}` };
}
