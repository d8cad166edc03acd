import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { statementsIn, synthesise } from './fixture.ts';

describe('the stack', () => {
  let template: Template;
  before(() => {
    // cdk-nag fails the synthesis of what it finds.
    template = synthesise();
  });

  it('has the function that flants makes, on arm64, bounded, and never run twice by the service', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'flants.handler',
      MemorySize: 1769,
      Timeout: 900,
      ReservedConcurrentExecutions: 100,
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 });
  });

  it('keeps each log for a limited time', () => {
    const groups = Object.values(template.findResources('AWS::Logs::LogGroup')) as { Properties: object }[];
    assert.ok(groups.length > 0);
    for (const { Properties } of groups) assert.ok('RetentionInDays' in Properties);
  });

  it('has buckets that are private and encrypted, are asked by TLS only, and outlive the stack', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket')) as Record<string, unknown>[];
    assert.equal(buckets.length, 3);
    const guarded = {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: Match.anyValue(),
      }),
    };
    template.resourcePropertiesCountIs('AWS::S3::Bucket', guarded.Properties, 3);
    for (const bucket of buckets) assert.equal(bucket['DeletionPolicy'], guarded.DeletionPolicy);
    const insecure = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    template.resourcePropertiesCountIs(
      'AWS::S3::BucketPolicy',
      { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(insecure)]) } },
      3,
    );
  });

  it('takes away the parts of uploads that died, and keeps former versions of the journal for a time', () => {
    const parts = Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } });
    const rules = { LifecycleConfiguration: { Rules: Match.arrayWith([parts]) } };
    template.resourcePropertiesCountIs('AWS::S3::Bucket', rules, 2);
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 90 } })]),
      },
    });
  });

  it('lets CloudFront alone read the destination, and nobody the journal', () => {
    template.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1);
    const readers = statementsIn(template, 'AWS::S3::BucketPolicy').filter(({ Effect }) => Effect === 'Allow');
    const services = readers.map(({ Principal }) => JSON.stringify(Principal));
    assert.equal(services.filter((text) => text.includes('cloudfront.amazonaws.com')).length, 1);
    for (const text of services) assert.match(text, /cloudfront\.amazonaws\.com|logging\.s3\.amazonaws\.com/);
  });

  it('keeps playlists for seconds and files for as long as they say, by their path alone', () => {
    const byPath = {
      ParametersInCacheKeyAndForwardedToOrigin: {
        CookiesConfig: { CookieBehavior: 'none' },
        HeadersConfig: { HeaderBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'none' },
      },
    };
    for (const [DefaultTTL, count] of [
      [10, 1],
      [86_400, 1],
    ]) {
      const policy = { CachePolicyConfig: Match.objectLike({ DefaultTTL, MinTTL: 0, ...byPath }) };
      template.resourcePropertiesCountIs('AWS::CloudFront::CachePolicy', policy, count ?? 0);
    }
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        CacheBehaviors: [Match.objectLike({ PathPattern: '*.m3u8' }), Match.objectLike({ PathPattern: '*.m3u' })],
      },
    });
  });

  it('forgets errors after seconds: what is absent now may be published in a moment', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        CustomErrorResponses: [403, 404, 500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 5 })),
      },
    });
  });

  it('lets players of other sites read ranges', () => {
    template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        CorsConfig: {
          AccessControlAllowOrigins: { Items: ['*'] },
          AccessControlExposeHeaders: { Items: Match.arrayWith(['Content-Range']) },
        },
      },
    });
  });

  it('names in each statement of the function what it is for, and deletes nothing', () => {
    const statements = statementsIn(template, 'AWS::IAM::Policy');
    const own = statements.filter(({ Sid }) => Sid !== undefined);
    assert.deepEqual(own.map(({ Sid }) => Sid).toSorted(), [
      'CopyFiles',
      'KeepEvidence',
      'TellAbsentEvidence',
      'TellAbsentFromForbidden',
      'WriteItsLog',
    ]);
    assert.doesNotMatch(JSON.stringify(own), /Delete|s3:\*|"Resource":"\*"/);
  });

  it('may ask whether objects are there at all, by HEAD, which has no prefix', () => {
    const statements = statementsIn(template, 'AWS::IAM::Policy').filter(({ Sid }) => /^TellAbsent/.test(Sid ?? ''));
    assert.equal(statements.length, 2);
    for (const statement of statements) assert.equal('Condition' in statement, false);
  });

  it('may give tags where objects get some, and else not', () => {
    const without = JSON.stringify(statementsIn(template, 'AWS::IAM::Policy'));
    assert.doesNotMatch(without, /PutObjectTagging/);
    const statements = statementsIn(synthesise({ tags: 'true' }), 'AWS::IAM::Policy');
    const copy = statements.find(({ Sid }) => Sid === 'CopyFiles');
    assert.match(JSON.stringify(copy?.Action), /PutObjectTagging/);
  });

  it('tells of deaths, throttles, slowness and errors of players', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')) as {
      readonly Properties: { readonly AlarmDescription: string; readonly AlarmActions: unknown[] };
    }[];
    assert.equal(alarms.length, 4);
    for (const { Properties } of alarms) {
      assert.equal(Properties.AlarmActions.length, 1);
      assert.match(Properties.AlarmDescription, /\.$/);
    }
  });

  it('reads the buckets of sources that are named, below their prefixes, and decrypts through S3 alone', () => {
    const sourceKeys = 'arn:aws:kms:eu-west-1:123456789012:key/mrk-1';
    const statements = statementsIn(
      synthesise({ sourceBuckets: 's3://old-media/class/,old-media/talks,archive.example', sourceKeys }),
      'AWS::IAM::Policy',
    );
    const named = (sid: string) => statements.filter(({ Sid }) => Sid === sid);
    const arn = (rest: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${rest}`]] });
    const [read, list, decrypt] = ['ReadSources', 'TellAbsentSources', 'DecryptSources'].map((sid) => named(sid)[0]);
    assert.equal(read?.Action, 's3:GetObject');
    assert.deepEqual(read?.Resource, ['old-media/class/*', 'old-media/talks/*', 'archive.example/*'].map(arn));
    assert.equal(list?.Action, 's3:ListBucket');
    assert.deepEqual(list?.Resource, ['old-media', 'archive.example'].map(arn));
    assert.equal(list?.Condition, undefined);
    assert.deepEqual([decrypt?.Action, decrypt?.Resource], ['kms:Decrypt', sourceKeys]);
    const viaS3 = { 'Fn::Join': ['', ['s3.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] };
    assert.deepEqual(decrypt?.Condition, { StringEquals: { 'kms:ViaService': [viaS3] } });
  });

  it('reads the one parameter with headers where it is named', () => {
    const statements = statementsIn(synthesise({ headerParameter: '/flants/headers' }), 'AWS::IAM::Policy');
    const read = statements.find(({ Sid }) => Sid === 'ReadSourceHeaders');
    assert.equal(read?.Action, 'ssm:GetParameter');
    assert.match(JSON.stringify(read?.Resource), /:parameter\/flants\/headers/);
  });
});

describe('settings', () => {
  it('refuse what cannot be meant', () => {
    assert.throws(() => synthesise({ services: 'true' }), /catalogueSecret/);
    assert.throws(() => synthesise({ domain: 'video.example' }), /certificateArn/);
    assert.throws(() => synthesise({ concurrency: 'many' }), /whole number/);
  });
});
