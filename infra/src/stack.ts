import { App, CfnOutput, Stack, Tags, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Alarms } from './alarms.ts';
import { Buckets } from './buckets.ts';
import { CopyFunction } from './copy-function.ts';
import { Delivery } from './delivery.ts';
import type { FunctionSource } from './function-source.ts';
import { journalPrefix } from './rights.ts';
import { Services } from './services.ts';
import type { Settings } from './settings.ts';

/** All that a stack is made of. */
export interface StackSettings extends Settings {
  readonly source: FunctionSource;
}

/** Adds the stack to an app, with the checks of cdk-nag: a finding that has no reason fails the synthesis. */
export function addStack(app: App, settings: StackSettings, props: StackProps = {}): Stack {
  const stack = new Stack(app, settings.name, {
    description: 'FLAnts: moves HLS video libraries to S3',
    terminationProtection: true,
    ...props,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Tags.of(stack).add('application', 'flants');
  const { source, sources, services, headerParameter, domain, alarmEmail, prefix, tags, concurrency, corsOrigins } =
    settings;
  const buckets = new Buckets(stack, { corsOrigins });
  const { destination, journal, logs } = buckets;
  const headers = headerParameter === undefined ? {} : { headerParameter };
  const shared = { sources, concurrency, destination, journal, prefix, tags, ...headers };
  const copy = new CopyFunction(stack, { ...shared, source });
  const delivery = new Delivery(stack, { destination, logs, prefix, corsOrigins, ...(domain ? { domain } : {}) });
  const alarms = new Alarms(stack, {
    function: copy.function,
    timeoutSeconds: source.timeoutSeconds,
    distribution: delivery.distribution,
    ...(alarmEmail === undefined ? {} : { email: alarmEmail }),
  });
  const publicUrl = `https://${domain?.name ?? delivery.distribution.distributionDomainName}/`;
  const outputs: Record<string, string> = {
    Destination: `s3://${destination.bucketName}/${prefix}`,
    JournalPlace: `s3://${journal.bucketName}/${journalPrefix}`,
    FunctionName: copy.function.functionName,
    DistributionId: delivery.distribution.distributionId,
    PublicUrl: publicUrl,
    AlarmTopic: alarms.topic.topicArn,
  };
  if (services) {
    const run = new Services(stack, {
      ...services,
      ...shared,
      function: copy.function,
      publicUrl,
      distributionId: delivery.distribution.distributionId,
    });
    watchServices(alarms, run);
    outputs['ClusterName'] = run.cluster.clusterName;
  }
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
  return stack;
}

function watchServices(alarms: Alarms, { services }: Services): void {
  for (const service of services)
    alarms.watch(`${service.node.id}-busy`, {
      metric: service.metricMemoryUtilization(),
      threshold: 90,
      periods: 3,
      text: `The ${service.node.id} nearly fills its memory: lower --concurrency, or give the task more.`,
    });
}
