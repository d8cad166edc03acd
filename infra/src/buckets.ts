import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { BucketProps } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Private, encrypted, asked by TLS only; kept when the stack goes, as it is what all of this is for. */
const guarded = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  encryption: BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
} as const satisfies BucketProps;

/** The destination, the journal, and who asked for what in both. */
export class Buckets extends Construct {
  readonly destination: Bucket;
  readonly journal: Bucket;
  readonly logs: Bucket;

  constructor(scope: Construct, { corsOrigins }: { readonly corsOrigins: readonly string[] }) {
    super(scope, 'Buckets');
    this.logs = new Bucket(this, 'Logs', {
      ...guarded,
      // CloudFront delivers its logs with an ACL.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(90) }],
    });
    this.destination = new Bucket(this, 'Destination', {
      ...guarded,
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: 'destination/',
      lifecycleRules: [
        // Parts of an upload whose process died are paid for until they are taken away. The longest upload is of one file.
        { id: 'parts-of-dead-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
      // For players that are let at the bucket itself; those that go through the CDN are answered there.
      cors: [
        {
          allowedMethods: [HttpMethods.GET, HttpMethods.HEAD],
          allowedOrigins: [...corsOrigins],
          allowedHeaders: ['Range', 'If-None-Match'],
          exposedHeaders: ['Content-Length', 'Content-Range', 'ETag', 'Accept-Ranges'],
          maxAge: 86_400,
        },
      ],
    });
    this.journal = new Bucket(this, 'Journal', {
      ...guarded,
      // The truth of the library: what was overwritten or deleted by mistake can be had back.
      versioned: true,
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: 'journal/',
      lifecycleRules: [
        { id: 'former-versions', noncurrentVersionExpiration: Duration.days(90), expiredObjectDeleteMarker: true },
        { id: 'parts-of-dead-uploads', abortIncompleteMultipartUploadAfter: Duration.days(2) },
      ],
    });
  }
}
