import type { Failure, FailureCode } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';

/** The line that mends a failure at a store, where its message does not have it. */
const storeMends: Readonly<Partial<Record<FailureCode, string>>> = {
  'store.credentials':
    'aws configure, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; then: aws sts get-caller-identity',
  'store.denied':
    'allow these actions on the bucket and on its objects: s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload',
  'store.full': 'make room at the store, or raise its quota',
  'store.unreachable': 'check that --endpoint is right, the store is up, and no firewall blocks this machine',
  'store.timeout': 'check that --endpoint is right and the store is up; a firewall may drop what this machine sends',
  'store.throttled': 'wait, then copy with a lower --concurrency',
  'proxy.denied': 'check HTTPS_PROXY, HTTP_PROXY and NO_PROXY: the proxy must allow this host',
  'source.unreachable': 'check that the host is up, and no firewall blocks this machine',
  'source.host-unknown': 'check the spelling of the name, and whether this machine can resolve it',
  'source.timeout': 'check that the host is up; --source-timeout gives it more time',
  'source.tls': 'add your own certificate authority with --ca FILE',
  'source.denied': 'pass what the source asks for: --header "Authorization: …" or --header-file FILE',
  'source.not-found': 'check that the URL plays in a browser',
  'source.forbidden': 'allow the address: --allow-host HOST',
  'executor.denied': 'allow lambda:InvokeFunction on the function to these credentials',
  'executor.no-function':
    'flants lambda bundle --out flants.zip, and create the function from it; docs/lambda.md has the lines',
  'executor.unusable':
    'flants lambda bundle --out flants.zip, and: aws lambda update-function-code --function-name NAME --zip-file fileb://flants.zip',
  'executor.unreachable': 'check that --region is right, and no firewall blocks AWS Lambda',
};

/** The same for sources in buckets. */
const bucketMends: Readonly<Partial<Record<FailureCode, string>>> = {
  'source.denied':
    'aws sts get-caller-identity tells whose credentials are found; allow s3:GetObject on the objects and s3:ListBucket on the bucket, or name others with --source-profile',
  'source.not-found': 'aws s3 ls shows what is there; another store is named with --source-endpoint',
  'source.forbidden': 'allow the bucket: --allow-host BUCKET',
};

/** A failure as a fault of a check, with the line that mends it. */
export function faultOf(check: string, subject: string | undefined, failure: Failure, mend?: string): Finding {
  const line = mend ?? mendOf(failure);
  return {
    check,
    ...(subject === undefined ? {} : { subject }),
    level: 'fault',
    message: failure.message,
    ...(line === undefined ? {} : { mend: line }),
  };
}

function mendOf({ code, message }: Failure): string | undefined {
  if (code.startsWith('source.') && /s3:|\bbuckets\b/.test(message)) return bucketMends[code];
  const region = /give --region (\S+)/.exec(message)?.[1];
  if (region !== undefined) return `--region ${region}`;
  const bucket = /s3:\/\/([^/\s:]+)/.exec(message)?.[1];
  if (code === 'store.no-bucket' && / in region /.test(message))
    return 'give the region of the bucket with --region: aws s3api get-bucket-location --bucket ' + (bucket ?? 'NAME');
  if (code === 'store.no-bucket') return `aws s3 mb s3://${bucket ?? 'NAME'}`;
  if (/execution role/.test(message))
    return 'aws lambda update-function-configuration --function-name NAME --role ARN; docs/lambda.md has its rights';
  if (/clock of this machine/.test(message)) return 'sudo timedatectl set-ntp true';
  return storeMends[code];
}
