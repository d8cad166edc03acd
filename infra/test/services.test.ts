import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { statementsIn, synthesise } from './fixture.ts';

interface Definition {
  readonly Properties: {
    readonly Family: string;
    readonly ContainerDefinitions: readonly {
      readonly Command: readonly unknown[];
      readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
      readonly Secrets: readonly { readonly Name: string }[];
      readonly ReadonlyRootFilesystem: boolean;
      readonly StopTimeout: number;
      readonly HealthCheck: { readonly Command: readonly string[] };
    }[];
  };
}

describe('the services on Fargate', () => {
  let template: Template;
  let containers: Definition['Properties']['ContainerDefinitions'];
  before(() => {
    template = synthesise({
      services: 'true',
      catalogueSecret: 'flants/catalogue',
      transfers: '3',
      sourceBuckets: 'old-media',
    });
    const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as unknown as Definition[];
    containers = definitions.flatMap(({ Properties }) => Properties.ContainerDefinitions);
  });

  it('are one for each role, read-only, and asked by the command itself', () => {
    assert.deepEqual(containers.map(({ Command }) => Command[0]).toSorted(), [
      'aggregator',
      'crawler',
      'scanner',
      'transfer',
    ]);
    for (const container of containers) {
      assert.equal(container.ReadonlyRootFilesystem, true);
      assert.deepEqual(container.HealthCheck.Command, ['CMD', 'flants', 'health']);
    }
  });

  it('have longer to stop than they take', () => {
    for (const { Environment, StopTimeout } of containers) {
      const grace = Environment.find(({ Name }) => Name === 'FLANTS_GRACE')?.Value;
      assert.ok(StopTimeout > Number.parseInt(String(grace), 10));
      assert.ok(StopTimeout <= 120, 'Fargate waits no longer');
    }
  });

  it('get secrets as secrets', () => {
    for (const { Environment, Secrets } of containers) {
      const names = Secrets.map(({ Name }) => Name);
      assert.ok(names.includes('FLANTS_REDIS'));
      assert.ok(Environment.every(({ Name }) => !/REDIS|TOKEN|CATALOGUE|SECRET|KEY/.test(Name)));
    }
    assert.doesNotMatch(JSON.stringify(template.toJSON()), /AKIA|hunter2/);
  });

  it('take back by themselves what does not come up, and let nobody in', () => {
    template.resourcePropertiesCountIs(
      'AWS::ECS::Service',
      {
        DeploymentConfiguration: Match.objectLike({
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
          MinimumHealthyPercent: 100,
        }),
      },
      4,
    );
    const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress')) as {
      readonly Properties: { readonly FromPort: number };
    }[];
    assert.deepEqual(
      ingress.map(({ Properties }) => Properties.FromPort),
      [6379],
    );
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
  });

  it('have a Valkey that is encrypted, replicated, evicts nothing, and knows one user', () => {
    template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      Engine: 'valkey',
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AutomaticFailoverEnabled: true,
      NumCacheClusters: 2,
    });
    template.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      Properties: { 'maxmemory-policy': 'noeviction' },
    });
    template.hasResourceProperties('AWS::ElastiCache::User', { AccessString: Match.stringLikeRegexp('-@dangerous') });
  });

  it('may delete probes and what is purged, and nothing else', () => {
    const deletes = statementsIn(template, 'AWS::IAM::Policy').filter(({ Action }) =>
      /Delete/.test(JSON.stringify(Action)),
    );
    assert.ok(deletes.length > 0);
    for (const { Sid, Action } of deletes) {
      assert.match(String(Sid), /^(?:TakeProbesAway|KeepJournal)$/);
      assert.doesNotMatch(JSON.stringify(Action), /DeleteObjectVersion|DeleteBucket|s3:\*/);
    }
  });

  it('read the source where they read playlists, and write nothing there', () => {
    const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
    const readers = policies.filter(([, policy]) => JSON.stringify(policy).includes('"ReadSources"'));
    const roleOf = ([id]: readonly [string, unknown]) => /^(?:Copy|Services(?<name>[a-z]+)task)/.exec(id);
    assert.deepEqual(readers.map((reader) => roleOf(reader)?.groups?.['name'] ?? 'function').toSorted(), [
      'aggregator',
      'crawler',
      'function',
      'transfer',
    ]);
    const atSource = statementsIn(template, 'AWS::IAM::Policy').filter(({ Resource }) =>
      JSON.stringify(Resource).includes('old-media'),
    );
    for (const { Action } of atSource) assert.match(String(Action), /^s3:(?:GetObject|ListBucket)$/);
  });

  it('tell the one distribution of what was replaced, and the aggregator alone', () => {
    const tellers = statementsIn(template, 'AWS::IAM::Policy').filter(({ Sid }) => Sid === 'TellWhatWasReplaced');
    assert.equal(tellers.length, 1);
    assert.deepEqual(tellers[0]?.Action, ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation']);
    assert.match(JSON.stringify(tellers[0]?.Resource), /cloudfront::.*:distribution\/.*DeliveryDistribution/);
    for (const { Command, Environment } of containers) {
      const isTold = Environment.some(({ Name }) => Name === 'FLANTS_INVALIDATE');
      assert.equal(isTold, Command[0] === 'aggregator');
    }
  });

  it('send batches to the one function from the transfers alone', () => {
    const senders = statementsIn(template, 'AWS::IAM::Policy').filter(({ Sid }) => Sid === 'SendBatches');
    assert.equal(senders.length, 1);
    const transfer = containers.find(({ Command }) => Command[0] === 'transfer');
    assert.equal(transfer?.Environment.find(({ Name }) => Name === 'FLANTS_EXECUTOR')?.Value, 'lambda');
    template.hasResourceProperties('AWS::ECS::Service', { DesiredCount: 3 });
  });
});
