import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import type { Wildcard } from './acknowledge.ts';
import type { FunctionSource } from './function-source.ts';
import { functionRights, functionWildcards, headerRights } from './rights.ts';
import type { Places } from './rights.ts';
import type { SourceSettings } from './settings.ts';
import { sourceRights, sourceWildcards } from './source-rights.ts';

/** What the function is made of. */
export interface CopyFunctionProps extends Places {
  readonly source: FunctionSource;
  /** Where it may read `s3://` sources. */
  readonly sources: SourceSettings;
  readonly concurrency: number;
  readonly headerParameter?: string;
}

/** The function that copies batches. What to copy comes with each invocation; what it may reach is bounded by its role. */
export class CopyFunction extends Construct {
  readonly function: Function;

  constructor(scope: Construct, { source, sources, concurrency, headerParameter, ...places }: CopyFunctionProps) {
    super(scope, 'Copy');
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Copies batches of files to the destination, and keeps evidence of them',
    });
    for (const statement of [...functionRights(places), ...sourceRights(Stack.of(this), sources)])
      role.addToPolicy(statement);
    if (headerParameter !== undefined) role.addToPolicy(headerRights(Stack.of(this), headerParameter));
    // One line for each batch, into its own group, which is made here: it makes none, and reads none.
    role.addToPolicy(
      new PolicyStatement({
        sid: 'WriteItsLog',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn, `${logGroup.logGroupArn}:log-stream:*`],
      }),
    );
    this.function = new Function(this, 'Function', {
      description: 'FLAnts: copies one batch of HLS files',
      architecture: Architecture.ARM_64,
      runtime: new Runtime(source.runtime, RuntimeFamily.NODEJS, { supportsInlineCode: true }),
      handler: source.handler,
      code: Code.fromAsset(source.file),
      memorySize: source.memoryMb,
      timeout: Duration.seconds(source.timeoutSeconds),
      reservedConcurrentExecutions: concurrency,
      // A batch that was lost is sent again by whoever sent it: the service shall not run one twice.
      retryAttempts: 0,
      role: role.withoutPolicyUpdates(),
      logGroup,
    });
    acknowledgeWildcards(role, [
      ...functionWildcards(places),
      ...sourceWildcards(sources),
      { of: logGroup, rest: ':log-stream:*', reason: 'Streams of its own log group, which the service names.' },
    ]);
  }
}

/** Lets somebody invoke the function, and ask how many may run. */
export function invokeRights(target: Function): PolicyStatement[] {
  return [
    // Batches go to this function and to none other; a version or alias of it counts as it.
    new PolicyStatement({
      sid: 'SendBatches',
      actions: ['lambda:InvokeFunction'],
      resources: [target.functionArn, `${target.functionArn}:*`],
    }),
    // How fast the number of functions may grow depends on the account's limit. There is no resource to name.
    new PolicyStatement({ sid: 'AskForTheLimit', actions: ['lambda:GetAccountSettings'], resources: ['*'] }),
  ];
}

/** Why the wildcards of `invokeRights` are no wider than need be. */
export function invokeWildcards(target: Function): Wildcard[] {
  return [
    { of: target, rest: ':*', reason: 'Versions and aliases of this function.' },
    { rest: '*', reason: 'The limit of the account is no resource that could be named.' },
  ];
}
