import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Wildcard } from './acknowledge.ts';
import type { SourceBucket, SourceSettings } from './settings.ts';

/** What reading `s3://` sources needs: functions read the files there, services the playlists. */
export function sourceRights(scope: Stack, { buckets, keys }: SourceSettings): PolicyStatement[] {
  if (buckets.length === 0) return [];
  const names = [...new Set(buckets.map(({ bucket }) => bucket))];
  return [
    // GET of playlists and files, and HEAD to learn a size.
    new PolicyStatement({
      sid: 'ReadSources',
      actions: ['s3:GetObject'],
      resources: buckets.map((each) => scope.formatArn({ ...s3, resource: objectsOf(each) })),
    }),
    // Without this, a missing object is answered with 403, like a missing right. Not narrowed to a prefix, for the reason
    // given at TellAbsentFromForbidden: whoever has this right may list the names in the whole bucket.
    new PolicyStatement({
      sid: 'TellAbsentSources',
      actions: ['s3:ListBucket'],
      resources: names.map((resource) => scope.formatArn({ ...s3, resource })),
    }),
    ...(keys.length === 0 ? [] : [decryptRights(scope, keys)]),
  ];
}

/** Why the wildcards of `sourceRights` are no wider than they need to be. */
export function sourceWildcards({ buckets }: SourceSettings): Wildcard[] {
  return buckets.map((each) => ({
    rest: `arn:<AWS::Partition>:s3:::${objectsOf(each)}`,
    reason: 'Which objects are read is known once the playlists were read; -c sourceBuckets bounds where they are.',
  }));
}

function decryptRights(scope: Stack, keys: readonly string[]): PolicyStatement {
  const regions = [...new Set(keys.map((arn) => arn.split(':')[3] ?? ''))];
  const services = regions.map((region) => `s3.${region}.${scope.urlSuffix}`);
  // GET of objects encrypted with keys of the bucket's owner. Through S3 only, in the region of each key, where its bucket is too.
  return new PolicyStatement({
    sid: 'DecryptSources',
    actions: ['kms:Decrypt'],
    resources: [...keys],
    conditions: { StringEquals: { 'kms:ViaService': services } },
  });
}

/** ARNs of S3 name neither region nor account. */
const s3 = { service: 's3', region: '', account: '' } as const;

function objectsOf({ bucket, prefix }: SourceBucket): string {
  return prefix === '' ? `${bucket}/*` : `${bucket}/${prefix}/*`;
}
