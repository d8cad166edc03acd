import { usualConcurrency } from '../../config/values/concurrency.ts';
import type { LambdaOptions } from '../../config/lambda-options.ts';
import type { StoreOptions } from '../../config/network-options.ts';
import { maxBatchFiles } from '../../domain/batch.ts';
import type { FunctionRequest } from '../../domain/cost/function-use.ts';
import { second } from '../../domain/units.ts';
import type { Executor } from '../../executor/executor.ts';
import { openLambdaFunction } from '../../executor/lambda/client.ts';
import { createLambdaExecutor } from '../../executor/lambda/executor.ts';
import type { Trouble } from '../../executor/lambda/executor.ts';
import type { LambdaFunction } from '../../executor/lambda/function.ts';
import { greet } from '../../executor/lambda/greet.ts';
import type { HelloAnswer, Share } from '../../executor/lambda/message.ts';
import { shareOut } from '../../executor/lambda/share.ts';
import { openRoutes } from '../../storage/http/routes.ts';
import { awsCredentials } from '../../storage/s3/credentials.ts';
import { sdkHandler } from '../../storage/s3/sdk-handler.ts';
import { freeDescriptors } from '../fit-streams.ts';
import { createFunctionMeter } from './meter.ts';
import type { FunctionMeter } from './meter.ts';
import type { LimitName, ProcessLimits } from '../limits.ts';
import { functionSettings } from './settings.ts';
import type { SettingsParts } from './settings.ts';

/** The options that an executor on AWS Lambda follows. */
export interface LambdaRunOptions extends StoreOptions {
  readonly lambda: LambdaOptions;
  /** Most files in flight in each function. Absent: nobody said. */
  readonly concurrency?: number;
  readonly limits: ProcessLimits;
  readonly patienceMs: number;
}

/** Callbacks and stop signal. */
export interface LambdaHooks {
  readonly onUse?: (use: FunctionRequest) => void;
  readonly onTrouble: (trouble: Trouble) => void;
  readonly signal: AbortSignal;
}

/** An executor whose function has answered. */
export interface LambdaRun {
  readonly executor: Executor;
  readonly hello: HelloAnswer;
  readonly meter: FunctionMeter;
}

/** AWS keeps so many invocations for functions without reserved concurrency; others of the account may need them. */
const keptInvocations = 100;
/** Other services rarely check the region, but signatures must name one. */
const regionOfOtherServices = 'us-east-1';
/** Where the account may not be asked. */
const unknownInvocations = 100;
const connectTimeoutMs = 15 * second;
/** Between the headers and the end of an answer. */
const bodyTimeoutMs = 60 * second;
/** Invocations for which connections may be opened: what is in flight is bounded by the executor. */
const maxSockets = 100_000;
/** Kept for crawls, publications, state and logs. */
const reservedDescriptors = 64;

/**
 * Opens a function of AWS Lambda as an executor. Invokes it once, so that what is wrong with it shows now.
 *
 * @throws {FlantsError} `usage` where functions cannot do this copy; `executor.*` as `greet`; `store.credentials`
 */
export async function openLambdaExecutor(
  options: LambdaRunOptions,
  parts: Omit<SettingsParts, 'headerParameter'>,
  { onUse, onTrouble, signal }: LambdaHooks,
): Promise<LambdaRun> {
  const { lambda: which, concurrency, limits, patienceMs } = options;
  const { headerParameter, maxConnections } = which;
  const settings = functionSettings({ ...parts, ...(headerParameter === undefined ? {} : { headerParameter }) });
  const opened = openFunction(options);
  try {
    const hello = await greet(opened, { signal });
    const allowed = which.maxBatches ?? allowedBy(await opened.unreservedConcurrency({ signal }));
    const fitted = await fitToDescriptors(allowed, onTrouble);
    const meter = createFunctionMeter(which.prices, () => hello.architecture);
    const { invocations, connections } = shareOut({
      invocations: fitted,
      connectionsEach: concurrency ?? (maxConnections === undefined ? maxBatchFiles : usualConcurrency),
      ...(maxConnections === undefined ? {} : { connections: maxConnections }),
    });
    const executor = createLambdaExecutor({
      lambda: opened,
      hello,
      settings,
      budget: () => ({ connections, ...ratesOf(limits, invocations) }),
      invocations,
      patienceMs,
      onUse: (use) => {
        meter.requested(use);
        onUse?.(use);
      },
      onTrouble,
    });
    return { executor, hello, meter };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The part of one function in what holds now. What one does not use, no other gets: they do not know of each other. */
function ratesOf(limits: ProcessLimits, invocations: number): Omit<Share, 'connections'> {
  const part = (name: LimitName): number | undefined => {
    const own = limits.own(name);
    return own === undefined ? undefined : own / invocations;
  };
  const [bytes, source, store] = [part('bytes'), part('sourceRequests'), part('destinationRequests')];
  return {
    ...(bytes === undefined ? {} : { bytesPerSecond: bytes }),
    ...(source === undefined ? {} : { sourceRequestsPerSecond: source }),
    ...(store === undefined ? {} : { storeRequestsPerSecond: store }),
  };
}

/** Opens a function without asking it anything. Close it in the end. */
export function openFunction({
  lambda,
  region,
  profile,
  proxies,
  ca,
}: StoreOptions & Pick<LambdaRunOptions, 'lambda'>): LambdaFunction {
  const { functionName, qualifier, endpoint } = lambda;
  const knownRegion = region ?? (endpoint === undefined ? undefined : regionOfOtherServices);
  const routes = openRoutes({
    connections: maxSockets,
    connectTimeoutMs,
    headersTimeoutMs: connectTimeoutMs,
    bodyTimeoutMs,
    proxies,
    ...(ca === undefined ? {} : { ca }),
  });
  const credentials = awsCredentials(profile, proxies);
  const opened = openLambdaFunction({
    functionName,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(knownRegion === undefined ? {} : { region: knownRegion }),
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: async () => {
      const { expiresAtMs, ...keys } = await credentials();
      return { ...keys, ...(expiresAtMs === undefined ? {} : { expiration: new Date(expiresAtMs) }) };
    },
    requestHandler: sdkHandler((origin) => routes.to(origin), connectTimeoutMs),
  });
  const close = async (): Promise<void> => {
    await opened.close();
    await routes.close();
  };
  return {
    name: opened.name,
    invoke: (...args) => opened.invoke(...args),
    unreservedConcurrency: (...args) => opened.unreservedConcurrency(...args),
    close,
  };
}

/** What the account allows without what AWS keeps; half of it in an account that is not allowed more. */
function allowedBy(unreserved: number | undefined): number {
  if (unreserved === undefined) return unknownInvocations;
  return Math.max(1, unreserved - keptInvocations, Math.floor(unreserved / 2));
}

/** Each invocation in flight has a socket. */
async function fitToDescriptors(wanted: number, onTrouble: (trouble: Trouble) => void): Promise<number> {
  const free = await freeDescriptors();
  const possible = free === undefined ? wanted : Math.max(1, Math.min(wanted, free - reservedDescriptors));
  if (possible < wanted) {
    const message = `the limit of open files (ulimit -n) allows ${possible} functions at a time, not ${wanted}; raise it to be faster`;
    onTrouble({ message });
  }
  return possible;
}
