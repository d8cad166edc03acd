import type { FailureCode } from '../../domain/failure.ts';
import type { FailureGuideEntry } from './entry.ts';

/** Failures of the destination, of the CDN in front of it, and of the names that objects get there. */
export const destinationFailures = {
  'store.unreachable': {
    means: 'FLAnts could not connect to the destination.',
    cause: '`--endpoint` is wrong, the store is down, or a firewall blocks the connection.',
    cure: 'Check the endpoint with `curl -I`. Once the store is back, run the same command again.',
  },
  'store.timeout': {
    means: 'The destination did not answer in time.',
    cause: 'The store is overloaded, or a firewall drops packets.',
    cure: 'Lower `--concurrency` or `--bwlimit`, and run the same command again.',
  },
  'store.status': {
    means: 'The destination answered with an error that has no code of its own.',
    cause: 'The store has a fault, or another process writes to the same keys.',
    cure: 'The message holds the store’s own words. Look for them in its log or its documentation.',
  },
  'store.throttled': {
    means: 'The destination asked for fewer requests (SlowDown, 429, 503).',
    cause: 'The copy is faster than the store allows. S3 raises its limit while it splits a prefix.',
    cure: 'Nothing is lost: FLAnts waits and goes on, for `--patience` when nothing else is left to do. To be gentler, set `--destination-tpslimit` or lower `--concurrency`.',
  },
  'store.checksum': {
    means: 'The destination received bytes other than those sent, and refused them.',
    cause: 'A proxy, a network card or the store’s disk damages data.',
    cure: 'FLAnts tries three times. If it happens again, look for the faulty part; do not turn checks off.',
  },
  'store.conflict': {
    means: 'Another object is already at this key, and its bytes are different.',
    cause: 'Someone else wrote to the prefix, or an earlier version was copied by another tool.',
    cure: 'Choose an empty prefix, delete the object, or replace it with `--existing overwrite`.',
  },
  'store.key': {
    means: 'The destination cannot hold an object with this key.',
    cause: 'The key is too long, has characters that the store refuses, or is both a file and a folder.',
    cure: 'Rename the file at the source, or choose another store. [stores.md](stores.md) lists what each can hold.',
  },
  'store.key-denied': {
    means: 'The destination denies this key, and a trial object beside it goes through. Other files are copied.',
    cause: 'A policy, a lock or a folder’s owner denies a part of the prefix, or denies to replace what is there.',
    cure: 'Grant the rights of [operations.md](operations.md#rights) for this key too, then `flants retry --failed-by store.key-denied`.',
  },
  'store.archived': {
    means: 'The object is in an archive, from which nobody can read it before it is restored: players get an error.',
    cause: 'A lifecycle rule of the bucket moves objects to GLACIER or DEEP_ARCHIVE, or somebody put them there.',
    cure: 'Restore the object, copy it over itself in another storage class, and leave the prefix out of the rule. Objects in GLACIER_IR can be played.',
  },
  'store.denied': {
    means: 'These credentials may not do this at the destination. The run stops; no file loses a try.',
    cause: 'The IAM policy or the bucket policy lacks a right.',
    cure: 'Grant the rights of [operations.md](operations.md#rights), then run the same command. `flants doctor` tries each of them.',
  },
  'store.no-bucket': {
    means: 'The bucket does not exist, or not in this region.',
    cause: 'The name, `--region` or `--endpoint` is wrong, or nobody has created the bucket.',
    cure: 'Create it with `aws s3 mb s3://BUCKET`, or correct the name. FLAnts never creates buckets.',
  },
  'store.full': {
    means: 'The destination has no space left. The run stops; no file loses a try.',
    cause: 'The disk is full, or a quota is reached.',
    cure: 'Make room or raise the quota, then run the same command.',
  },
  'store.credentials': {
    means: 'There are no valid credentials for the destination.',
    cause: 'None were found, the keys are wrong, a session token has expired, or the clock of this machine is off.',
    cure: 'Run `aws configure` or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. For a wrong clock: `sudo timedatectl set-ntp true`.',
  },
  'cdn.throttled': {
    means: 'CloudFront takes no more invalidations now.',
    cause: 'Too many invalidations are under way.',
    cure: 'Nothing to do: FLAnts asks again later. The videos themselves are published.',
  },
  'cdn.unreachable': {
    means: 'CloudFront’s API did not answer.',
    cause: 'The network blocks it, or AWS has an outage.',
    cure: 'Allow `cloudfront.amazonaws.com`. FLAnts asks again by itself.',
  },
  'cdn.denied': {
    means: 'These credentials may not invalidate the distribution.',
    cause: 'The right `cloudfront:CreateInvalidation` is missing.',
    cure: 'Grant the rights of [invalidation.md](invalidation.md).',
  },
  'cdn.no-distribution': {
    means: 'There is no such distribution in this account.',
    cause: 'The id in `--invalidate` is wrong, or the credentials belong to another account.',
    cure: 'List the ids: `aws cloudfront list-distributions --query "DistributionList.Items[].Id"`.',
  },
  'cdn.refused': {
    means: 'CloudFront refused the invalidation.',
    cause: 'A path is not valid for it; the message holds its own words.',
    cure: 'Check `--invalidate-prefix`. Until then, invalidate by hand the files that `flants report` lists under `replaced`.',
  },
  'key.conflict': {
    means: 'Two different files want the same key at the destination.',
    cause: 'Their URLs differ only in parts that look like access tokens, or in the scheme.',
    cure: 'If such a part chooses the file, start the library anew with `--key-params NAME`. Otherwise copy one of the two elsewhere.',
  },
  'key.unusable': {
    means: 'No key can be made from this URL.',
    cause: 'A local file is outside the library’s folder, or the path is not percent-encoded UTF-8.',
    cure: 'Name a higher folder with `--root`, or rename the file at the source.',
  },
} as const satisfies Partial<Record<FailureCode, FailureGuideEntry>>;
