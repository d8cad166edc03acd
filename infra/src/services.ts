import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  Secret as ContainerSecret,
} from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { Wildcard } from './acknowledge.ts';
import { invokeRights, invokeWildcards } from './copy-function.ts';
import { invalidationRights, journalPrefix, serviceRights, serviceWildcards } from './rights.ts';
import type { Places } from './rights.ts';
import type { ServiceSettings, SourceSettings } from './settings.ts';
import { sourceRights, sourceWildcards } from './source-rights.ts';
import { ValkeyServer } from './valkey-server.ts';

/** What the services are made of. */
export interface ServicesProps extends Places, ServiceSettings {
  readonly function: Function;
  /** Where `s3://` sources are read. */
  readonly sources: SourceSettings;
  readonly concurrency: number;
  /** Where players reach what is published. */
  readonly publicUrl: string;
  /** Of CloudFront before the destination: told of what is replaced. */
  readonly distributionId: string;
  readonly headerParameter?: string;
}

/** One service of one role. */
interface Role {
  readonly name: 'scanner' | 'crawler' | 'transfer' | 'aggregator';
  readonly count: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, ContainerSecret>>;
  readonly rights?: readonly PolicyStatement[];
  readonly wildcards?: readonly Wildcard[];
}

/** Longer than `--grace`: what is in flight ends in order before the process is killed. */
const [graceSeconds, stopSeconds] = [60, 75];
const port = 4010;

/**
 * The services on Fargate, and their Redis. Tasks have public addresses and let nobody in: what they fetch from the
 * internet would be paid for by the gigabyte behind a NAT gateway.
 */
export class Services extends Construct {
  readonly cluster: Cluster;
  readonly valkey: ValkeyServer;
  readonly services: readonly FargateService[];
  readonly #vpc: Vpc;
  readonly #group: SecurityGroup;
  readonly #logs: LogGroup;
  readonly #image: ContainerImage;

  constructor(scope: Construct, props: ServicesProps) {
    super(scope, 'Services');
    this.#vpc = new Vpc(this, 'Network', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'tasks', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'redis', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
      // S3 is reached without leaving AWS' network, and without a price.
      gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } },
    });
    this.#logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#vpc.addFlowLog('Flow', {
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogs', { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY }),
      ),
      trafficType: FlowLogTrafficType.REJECT,
    });
    this.#group = new SecurityGroup(this, 'Tasks', {
      vpc: this.#vpc,
      description: 'FLAnts: out to anywhere, in from nowhere',
    });
    this.valkey = new ValkeyServer(this, { vpc: this.#vpc, clients: this.#group });
    this.cluster = new Cluster(this, 'Cluster', { vpc: this.#vpc, containerInsightsV2: ContainerInsights.ENABLED });
    this.#image = ContainerImage.fromAsset(join(import.meta.dirname, '..', '..'), { platform: Platform.LINUX_ARM64 });
    this.services = this.#roles(props).map((role) => this.#service(role, props));
  }

  #roles({
    catalogueSecret,
    crawlers,
    transfers,
    headerParameter,
    function: copy,
    sources,
    concurrency,
    publicUrl,
    distributionId,
  }: ServicesProps): Role[] {
    const catalogue = Secret.fromSecretNameV2(this, 'Catalogue', catalogueSecret);
    const token = new Secret(this, 'ApiToken', {
      description: 'What changes by the HTTP interface of FLAnts must bring',
      generateSecretString: { passwordLength: 40, excludePunctuation: true },
    });
    Validations.of(token).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Only the aggregator knows it. It is changed by hand, and the service started again.',
    });
    // Playlists are read by all but the scanner, which reads the catalogue: also those that transfers and the aggregator
    // read again, for fresh URLs and before a publication.
    const reading = { rights: sourceRights(Stack.of(this), sources), wildcards: sourceWildcards(sources) };
    return [
      { name: 'scanner', count: 1, secrets: { FLANTS_CATALOGUE: ContainerSecret.fromSecretsManager(catalogue) } },
      { name: 'crawler', count: crawlers, ...reading },
      {
        name: 'transfer',
        count: transfers,
        environment: {
          FLANTS_EXECUTOR: 'lambda',
          FLANTS_FUNCTION: copy.functionName,
          // A batch in work is a function in work.
          FLANTS_MAX_BATCHES: String(concurrency),
          ...(headerParameter === undefined ? {} : { FLANTS_HEADER_PARAMETER: headerParameter }),
        },
        rights: [...reading.rights, ...invokeRights(copy)],
        wildcards: [...reading.wildcards, ...invokeWildcards(copy)],
      },
      {
        name: 'aggregator',
        count: 1,
        environment: {
          FLANTS_PUBLIC_URL: publicUrl,
          FLANTS_INVALIDATE: distributionId,
          // The origin of the distribution is the destination itself.
          FLANTS_INVALIDATE_PREFIX: '/',
        },
        secrets: { FLANTS_TOKEN: ContainerSecret.fromSecretsManager(token) },
        rights: [...reading.rights, invalidationRights(Stack.of(this), distributionId)],
        wildcards: reading.wildcards,
      },
    ];
  }

  #service(
    { name, count, environment = {}, secrets = {}, rights = [], wildcards = [] }: Role,
    places: Places,
  ): FargateService {
    const { destination, journal, prefix } = places;
    const definition = new FargateTaskDefinition(this, `${name}-task`, {
      cpu: name === 'transfer' ? 1024 : 512,
      memoryLimitMiB: name === 'transfer' ? 2048 : 1024,
      runtimePlatform: { cpuArchitecture: CpuArchitecture.ARM64, operatingSystemFamily: OperatingSystemFamily.LINUX },
    });
    for (const statement of [...serviceRights(places), ...rights]) definition.addToTaskRolePolicy(statement);
    definition.addContainer('flants', {
      image: this.#image,
      command: [name, `s3://${destination.bucketName}/${prefix}`],
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(stopSeconds),
      healthCheck: {
        command: ['CMD', 'flants', 'health'],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(10),
        startPeriod: Duration.seconds(60),
        retries: 3,
      },
      portMappings: [{ containerPort: port }],
      logging: LogDrivers.awsLogs({ logGroup: this.#logs, streamPrefix: name }),
      environment: {
        AWS_REGION: Stack.of(this).region,
        FLANTS_JOURNAL: `s3://${journal.bucketName}/${journalPrefix}`,
        FLANTS_LISTEN: `0.0.0.0:${port}`,
        FLANTS_GRACE: `${graceSeconds}s`,
        ...environment,
      },
      secrets: { FLANTS_REDIS: ContainerSecret.fromSecretsManager(this.valkey.url), ...secrets },
    });
    const service = new FargateService(this, name, {
      cluster: this.cluster,
      taskDefinition: definition,
      desiredCount: count,
      assignPublicIp: true,
      vpcSubnets: { subnetType: SubnetType.PUBLIC },
      securityGroups: [this.#group],
      // The new before the old; what does not come up is taken back.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
    });
    service.node.addDependency(this.valkey);
    acknowledgeWildcards(definition, [...serviceWildcards(places), ...wildcards]);
    acknowledgeTask(definition);
    return service;
  }
}

function acknowledgeTask(definition: FargateTaskDefinition): void {
  Validations.of(definition).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'What stands in the environment is no secret: names of buckets, of the function, and intervals.',
  });
  acknowledgeWildcards(definition, [
    { rest: '*', reason: 'The token of the registry is no resource that could be named.' },
  ]);
}
