import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Wildcard } from './acknowledge.ts';

/** Buckets and the prefix below which the library lies. */
export interface Places {
  readonly destination: IBucket;
  readonly journal: IBucket;
  readonly prefix: string;
  /** Whether objects get tags. */
  readonly tags: boolean;
}

/** Where the journal lies in its bucket. */
export const journalPrefix = 'journal';

/** What a function writes to the journal: evidence of each batch. */
const evidenceKeys = `${journalPrefix}/outcomes/*`;

/**
 * What the function may do.
 *
 * No right to delete: a store that checks what it is sent, as S3 does, is never left with anything to take away.
 */
export function functionRights({ destination, journal, prefix, tags }: Places): PolicyStatement[] {
  return [
    // Conditional PUTs of files, and parts of large ones; HEAD and GET where a condition was refused, to see whether it is ours.
    new PolicyStatement({
      sid: 'CopyFiles',
      actions: [
        ...['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
        // A PUT that brings tags wants this as well.
        ...(tags ? ['s3:PutObjectTagging'] : []),
      ],
      resources: [destination.arnForObjects(`${prefix}/*`)],
    }),
    // Without this an absent object is answered with 403, which cannot be told from a missing right. Not narrowed to a prefix:
    // HEAD and GET have none, and AWS does not say what `s3:prefix` is to them. The bucket holds nothing but the library.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    new PolicyStatement({
      sid: 'TellAbsentFromForbidden',
      actions: ['s3:ListBucket'],
      resources: [destination.bucketArn],
    }),
    // Evidence of each batch is written before the batch counts, and read when the batch comes again.
    new PolicyStatement({
      sid: 'KeepEvidence',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [journal.arnForObjects(evidenceKeys)],
    }),
    // As above: absent evidence is 404 and not 403.
    new PolicyStatement({ sid: 'TellAbsentEvidence', actions: ['s3:ListBucket'], resources: [journal.bucketArn] }),
  ];
}

/** Why the wildcards of `functionRights` are no wider than need be. */
export function functionWildcards({ destination, journal, prefix }: Places): Wildcard[] {
  return [
    { of: destination, rest: `/${prefix}/*`, reason: 'Keys of the library are known once its playlists were read.' },
    { of: journal, rest: `/${evidenceKeys}`, reason: 'Evidence is named by video, generation and batch.' },
  ];
}

/** What the services may do beyond that. */
export function serviceRights(places: Places): PolicyStatement[] {
  const { destination, journal, prefix } = places;
  return [
    ...functionRights(places),
    // The first write to a destination is a probe that tells what it guards; it is taken away again. Nothing else is deleted.
    new PolicyStatement({
      sid: 'TakeProbesAway',
      actions: ['s3:DeleteObject'],
      resources: [destination.arnForObjects(`${prefix}/.flants-probe*`)],
    }),
    // Plans, submissions, decisions and publications. `purge` forgets a video: versions stay, as nobody may delete these.
    new PolicyStatement({
      sid: 'KeepJournal',
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [journal.arnForObjects(`${journalPrefix}/*`)],
    }),
  ];
}

/** Why the wildcards of `serviceRights` are no wider than need be. */
export function serviceWildcards(places: Places): Wildcard[] {
  const { destination, journal, prefix } = places;
  return [
    ...functionWildcards(places),
    { of: destination, rest: `/${prefix}/.flants-probe*`, reason: 'The names of probes have one beginning.' },
    { of: journal, rest: `/${journalPrefix}/*`, reason: 'The journal names its objects by videos and generations.' },
  ];
}

/** What the aggregator may do at CloudFront: there is nothing else that it would tell, and nobody else who would. */
export function invalidationRights(scope: Stack, distributionId: string): PolicyStatement {
  return new PolicyStatement({
    sid: 'TellWhatWasReplaced',
    actions: [
      // Playlists and files that got other bytes under their names.
      'cloudfront:CreateInvalidation',
      // Whether there is room for more: 3,000 paths may be under way.
      'cloudfront:GetInvalidation',
    ],
    resources: [
      scope.formatArn({ service: 'cloudfront', region: '', resource: 'distribution', resourceName: distributionId }),
    ],
  });
}

/** Reads the one parameter with headers for the sources. Its key is AWS's own for parameters, which needs no right. */
export function headerRights(scope: Stack, parameter: string): PolicyStatement {
  return new PolicyStatement({
    sid: 'ReadSourceHeaders',
    actions: ['ssm:GetParameter'],
    resources: [scope.formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameter.replace(/^\//, '') })],
  });
}
