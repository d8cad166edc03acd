import { SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ISecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  CfnSubnetGroup,
  CfnUser,
  CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

const port = 6379;
const userName = 'flants';

/**
 * ElastiCache for Valkey: a primary and a replica that takes its place. It keeps no log on disk: what both lose at once is
 * taken up again from the journal, which costs time and no file.
 */
export class ValkeyServer extends Construct {
  /** Holds the URL, with its password. */
  readonly url: Secret;
  readonly group: CfnReplicationGroup;

  constructor(scope: Construct, { vpc, clients }: { readonly vpc: Vpc; readonly clients: ISecurityGroup }) {
    super(scope, 'Valkey');
    const securityGroup = new SecurityGroup(this, 'Server', {
      vpc,
      description: 'FLAnts: its Redis, for its tasks alone',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(clients, Port.tcp(port), 'tasks of FLAnts');
    const password = new Secret(this, 'Password', {
      description: 'Of the user of FLAnts in its Redis',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    });
    const users = this.#users(password);
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: 'valkey8',
      description: 'FLAnts: nothing is evicted',
      properties: { 'maxmemory-policy': 'noeviction' },
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'FLAnts: without a way to the internet',
      subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    });
    this.group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupDescription: 'FLAnts: queues and ledger',
      engine: 'valkey',
      engineVersion: '8.0',
      // 1.37 GiB: with all of 10 million files registered and none published the ledger takes below 20 MB.
      cacheNodeType: 'cache.t4g.small',
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      userGroupIds: [users.ref],
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [securityGroup.securityGroupId],
      snapshotRetentionLimit: 1,
    });
    // The template holds references alone: CloudFormation puts the password in where the secret is made.
    const host = this.group.attrPrimaryEndPointAddress;
    this.url = new Secret(this, 'Url', {
      description: 'Where FLAnts reaches its Redis',
      secretStringValue: SecretValue.unsafePlainText(
        `rediss://${userName}:${password.secretValue.unsafeUnwrap()}@${host}:${port}`,
      ),
    });
    for (const secret of [password, this.url])
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'The password is of 48 random characters, for tasks of one network. Both secrets are replaced together by a deployment.',
      });
    Validations.of(this.group).acknowledge(
      { id: 'AwsSolutions-AEC5', reason: 'The default port: nobody but the tasks gets there.' },
      {
        id: 'AwsSolutions-AEC6',
        reason: 'A user with a password, and with the rights that FLAnts needs, goes before one token for all.',
      },
    );
  }

  #users(password: Secret): CfnUserGroup {
    const name = Stack.of(this).stackName.toLowerCase();
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `${name}-${userName}`,
      userName,
      // The rights of docs/cluster.md. The settings of a managed server cannot be read.
      accessString:
        'on ~{flants}* resetchannels -@all +@read +@write +@connection +@transaction +eval +evalsha +time -@dangerous +info',
      authenticationMode: { Type: 'password', Passwords: [password.secretValue.unsafeUnwrap()] },
    });
    const group = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `${name}-users`,
      userIds: [user.ref],
    });
    return group;
  }
}
