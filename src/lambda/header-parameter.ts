import { headerLines, parseHeaders } from '../config/values/headers.ts';
import type { FunctionEnvironment } from '../config/function-environment.ts';
import { FlantsError } from '../domain/failure.ts';
import { scopeHeaders } from '../storage/http/headers.ts';
import type { ScopedHeaders } from '../storage/http/headers.ts';
import type { HeaderParameter } from '../app/functions/settings.ts';

/** Many functions that start at once are throttled. */
const maxAttempts = 10;

/** Parameters that this environment has read: each is read once. */
const known = new Map<string, Promise<string>>();

/**
 * Reads the headers for sources from a parameter of AWS Systems Manager. A secret of Secrets Manager is one as well, by
 * the name `/aws/reference/secretsmanager/NAME`.
 *
 * @throws {FlantsError} `executor.unusable` where it cannot be read; `usage` where it holds no headers
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
 */
export async function readHeaderParameter(
  { name, origins }: HeaderParameter,
  environment: FunctionEnvironment,
): Promise<ScopedHeaders> {
  const reading = known.get(name) ?? readParameter(name, environment);
  known.set(name, reading);
  try {
    const headers = parseHeaders(headerLines(await reading), `the parameter ${name}`);
    return scopeHeaders(origins, Object.fromEntries(headers.map((header) => [header.name, header.value])));
  } catch (error) {
    known.delete(name);
    throw error;
  }
}

async function readParameter(name: string, { region, credentials }: FunctionEnvironment): Promise<string> {
  const sdk = await import('@aws-sdk/client-ssm');
  const client = new sdk.SSMClient({ region, credentials, maxAttempts });
  try {
    const { Parameter } = await client.send(new sdk.GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? '';
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const message = `the function cannot read the parameter ${name} (${reason}): allow its role ssm:GetParameter on it, and secretsmanager:GetSecretValue and kms:Decrypt where it is a secret`;
    throw new FlantsError('executor.unusable', message, { cause });
  } finally {
    client.destroy();
  }
}
