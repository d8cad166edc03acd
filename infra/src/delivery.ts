import { Duration, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  CachedMethods,
  Distribution,
  HttpVersion,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import type { BehaviorOptions } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** What players see. */
export interface DeliveryProps {
  readonly destination: IBucket;
  readonly logs: IBucket;
  readonly prefix: string;
  readonly corsOrigins: readonly string[];
  readonly domain?: { readonly name: string; readonly certificateArn: string };
}

/** An absent file may be there a moment later, when its video has been published; and an outage ends. */
const errorTtl = Duration.seconds(5);

/** CloudFront before the destination, which only it may read. */
export class Delivery extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, props: DeliveryProps) {
    super(scope, 'Delivery');
    const { domain, logs } = props;
    const behavior = behaviorOf(this, props);
    const playlists = behavior(this.#cachePolicy('Playlists', Duration.seconds(10)));
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'HLS that FLAnts has published',
      // Files never change under their name, and say so; what says nothing is kept for a day.
      defaultBehavior: behavior(this.#cachePolicy('Files', Duration.days(1))),
      // Playlists are replaced when a video is published again. Those that say nothing of it are kept for seconds.
      additionalBehaviors: { '*.m3u8': playlists, '*.m3u': playlists },
      errorResponses: [403, 404, 500, 502, 503, 504].map((httpStatus) => ({ httpStatus, ttl: errorTtl })),
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableIpv6: true,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      enableLogging: true,
      logBucket: logs,
      logFilePrefix: 'cloudfront/',
      ...(domain === undefined
        ? {}
        : {
            domainNames: [domain.name],
            certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
          }),
    });
    Validations.of(this.distribution).acknowledge(
      {
        id: 'AwsSolutions-CFR1',
        reason: 'Where a library may be watched is for its owner to say; nothing is restricted here.',
      },
      {
        id: 'AwsSolutions-CFR2',
        reason: 'Static files of a bucket, by GET and HEAD alone: there is no request to filter.',
      },
    );
    if (domain === undefined)
      Validations.of(this.distribution).acknowledge({
        id: 'AwsSolutions-CFR4',
        reason:
          'The certificate of *.cloudfront.net allows no other setting; -c domain and -c certificateArn bring TLS 1.2 at least.',
      });
  }

  /** Cached by path alone: neither queries, nor cookies, nor headers choose an object. What the object says goes before `ttl`. */
  #cachePolicy(name: string, ttl: Duration): CachePolicy {
    return new CachePolicy(this, name, {
      comment: `FLAnts: ${name.toLowerCase()}`,
      minTtl: Duration.seconds(0),
      defaultTtl: ttl,
      maxTtl: Duration.days(365),
      cookieBehavior: CacheCookieBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }
}

/** All behaviours are alike but for how long what says nothing is kept. */
function behaviorOf(
  scope: Construct,
  { destination, prefix, corsOrigins }: DeliveryProps,
): (cachePolicy: CachePolicy) => BehaviorOptions {
  const origin = S3BucketOrigin.withOriginAccessControl(destination, {
    ...(prefix === '' ? {} : { originPath: `/${prefix}` }),
  });
  const responseHeadersPolicy = new ResponseHeadersPolicy(scope, 'Headers', {
    comment: 'FLAnts: players of other sites may read ranges',
    corsBehavior: {
      accessControlAllowOrigins: [...corsOrigins],
      accessControlAllowMethods: ['GET', 'HEAD', 'OPTIONS'],
      accessControlAllowHeaders: ['*'],
      accessControlAllowCredentials: false,
      accessControlExposeHeaders: ['Content-Length', 'Content-Range', 'ETag', 'Date'],
      accessControlMaxAge: Duration.days(1),
      originOverride: true,
    },
    securityHeadersBehavior: {
      contentTypeOptions: { override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: false, override: false },
    },
  });
  return (cachePolicy) => ({
    origin,
    cachePolicy,
    responseHeadersPolicy,
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    cachedMethods: CachedMethods.CACHE_GET_HEAD_OPTIONS,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    // Playlists and subtitles; segments are compressed already, and their types are not on CloudFront's list.
    compress: true,
  });
}
