import type * as Lambda from '@aws-sdk/client-lambda';
import type { LambdaClient, LambdaClientConfig, LambdaServiceException } from '@aws-sdk/client-lambda';
import { FlantsError } from '../../domain/failure.ts';
import type { Invocation, LambdaFunction } from './function.ts';

/** Which function, and how it is reached. */
export interface LambdaClientOptions {
  /** Name, partial ARN or ARN. */
  readonly functionName: string;
  /** Version or alias. Absent: `$LATEST`, or what the ARN names. */
  readonly qualifier?: string;
  /** Absent: as AWS's own tools find it. */
  readonly region?: string;
  /** Of a service other than AWS. */
  readonly endpoint?: string;
  readonly credentials: NonNullable<LambdaClientConfig['credentials']>;
  /** Sends the requests: one connection for each that is in flight. */
  readonly requestHandler: NonNullable<LambdaClientConfig['requestHandler']>;
}

type Sdk = typeof Lambda;

/** Opens a deployed function. Loads the SDK with the first request. */
export function openLambdaFunction(options: LambdaClientOptions): LambdaFunction {
  return new SdkFunction(options);
}

class SdkFunction implements LambdaFunction {
  readonly name: string;
  readonly #options: LambdaClientOptions;
  #loaded: Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> | undefined;

  constructor(options: LambdaClientOptions) {
    this.#options = options;
    const { functionName, qualifier } = options;
    this.name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
  }

  async invoke(
    payload: string,
    { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<Invocation> {
    const { functionName, qualifier } = this.#options;
    try {
      const { sdk, client } = await this.#load();
      const command = new sdk.InvokeCommand({
        FunctionName: functionName,
        ...(qualifier === undefined ? {} : { Qualifier: qualifier }),
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        Payload: Buffer.from(payload),
      });
      const { Payload, FunctionError, LogResult } = await client.send(command, {
        abortSignal: signal,
        requestTimeout: timeoutMs,
      });
      return {
        result: 'answered',
        payload: Payload ?? new Uint8Array(),
        ...(FunctionError === undefined ? {} : { functionError: FunctionError }),
        log: LogResult === undefined ? '' : Buffer.from(LogResult, 'base64').toString('utf8'),
      };
    } catch (error) {
      signal.throwIfAborted();
      return invocationOf(error);
    }
  }

  async unreservedConcurrency({ signal }: { readonly signal: AbortSignal }): Promise<number | undefined> {
    try {
      const { sdk, client } = await this.#load();
      const { AccountLimit } = await client.send(new sdk.GetAccountSettingsCommand(), { abortSignal: signal });
      return AccountLimit?.UnreservedConcurrentExecutions;
    } catch (error) {
      signal.throwIfAborted();
      throwIfOurs(error);
      return undefined;
    }
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    loaded?.client.destroy();
  }

  #load(): Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> {
    this.#loaded ??= this.#open();
    return this.#loaded;
  }

  async #open(): Promise<{ readonly sdk: Sdk; readonly client: LambdaClient }> {
    const sdk = await import('@aws-sdk/client-lambda');
    const { region, endpoint, credentials, requestHandler } = this.#options;
    const client = new sdk.LambdaClient({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      credentials,
      requestHandler,
      // A second attempt would run the function twice.
      maxAttempts: 1,
    });
    return { sdk, client };
  }
}

function invocationOf(error: unknown): Invocation {
  throwIfOurs(error);
  if (!(error instanceof Error)) return { result: 'silent', wasSent: true, message: String(error) };
  const status = statusOf(error);
  if (status === undefined) return { result: 'silent', wasSent: wasSent(error), message: messageOf(error) };
  const { errorType, errorMessage } = error as { errorType?: unknown; errorMessage?: unknown };
  if (typeof errorType === 'string') {
    // The emulator reports an end of the process as an error of the service.
    return { result: 'answered', payload: Buffer.from(JSON.stringify({ errorType, errorMessage })), log: '' };
  }
  const { Reason, retryAfterSeconds } = error as { Reason?: string; retryAfterSeconds?: string };
  const retryAfterMs = Number(retryAfterSeconds) * 1000;
  return {
    result: 'refused',
    name:
      /Exception$|Error$/.test(error.name) && !/^(?:SyntaxError|Error|UnknownError)$/.test(error.name)
        ? error.name
        : '',
    status,
    message: messageOf(error),
    ...(Reason === undefined ? {} : { reason: Reason }),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  };
}

/** Errors of ours, as from credentials and proxies, and of settings that a person has to mend. */
function throwIfOurs(error: unknown): void {
  if (error instanceof FlantsError) throw error;
  if (error instanceof Error && /region is missing/i.test(error.message)) {
    const message = 'the region of the function is not known: name it with --region or AWS_REGION';
    throw new FlantsError('usage', message, { cause: error });
  }
}

/** The status of an answer that the SDK turned into an error, or could not read. */
function statusOf(error: Error): number | undefined {
  const { $metadata, $response } = error as Partial<LambdaServiceException>;
  return $response?.statusCode ?? $metadata?.httpStatusCode;
}

/** Failures of name resolution, connection and TLS: nothing of the request has left. */
const beforeSending =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|ENETDOWN|EMFILE|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|DEPTH_ZERO_\w+)$/;

function wasSent(error: Error): boolean {
  return !beforeSending.test('code' in error ? String(error.code) : '');
}

function messageOf(error: Error): string {
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}
