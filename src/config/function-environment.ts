import { FlantsError } from '../domain/failure.ts';

/** What the Lambda service tells a function by its environment. */
export interface FunctionEnvironment {
  readonly functionName: string;
  /** Tells this environment from others of the function. */
  readonly logStream: string;
  readonly memoryMb: number;
  readonly region: string;
  /** Of the function's role. They last longer than an environment does. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/**
 * Reads the environment of a function, as the service documents it. Where memory is not told, it is the least there is.
 *
 * @throws {FlantsError} `store.credentials` where the function has no role
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function readFunctionEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): FunctionEnvironment {
  const text = (name: string): string => variables[name] ?? '';
  const [accessKeyId, secretAccessKey] = [text('AWS_ACCESS_KEY_ID'), text('AWS_SECRET_ACCESS_KEY')];
  if (accessKeyId === '' || secretAccessKey === '')
    throw new FlantsError('store.credentials', 'the function has no credentials: give it an execution role');
  const sessionToken = text('AWS_SESSION_TOKEN');
  const memoryMb = Number(text('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'));
  return {
    functionName: text('AWS_LAMBDA_FUNCTION_NAME'),
    logStream: text('AWS_LAMBDA_LOG_STREAM_NAME'),
    memoryMb: memoryMb > 0 ? memoryMb : 128,
    region: text('AWS_REGION'),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === '' ? {} : { sessionToken }) },
  };
}
