import type { LambdaOptions } from '../../config/lambda-options.ts';
import type { StoreOptions } from '../../config/network-options.ts';
import { failureOf } from '../../domain/failure.ts';
import type { Finding } from '../../domain/report/finding.ts';
import { second } from '../../domain/units.ts';
import { greet } from '../../executor/lambda/greet.ts';
import type { HelloAnswer } from '../../executor/lambda/message.ts';
import { functionSetup } from '../functions/archive.ts';
import { openFunction } from '../functions/executor.ts';
import { faultOf } from './mend.ts';
import { patienceMs } from '../patience.ts';

/** Fewer copy no faster than threads of one machine. */
const fewInvocations = 50;

/** Looks at a function of AWS Lambda as a copy does at its start, by invoking it. */
export async function checkFunction(
  options: StoreOptions & { readonly lambda: LambdaOptions },
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  const lambda = openFunction(options);
  const { functionName } = options.lambda;
  try {
    const hello = await greet(lambda, { signal, patienceMs });
    const unreserved = await lambda.unreservedConcurrency({ signal });
    return [...judgeHello(functionName, hello, version), judgeConcurrency(functionName, unreserved)];
  } catch (error) {
    signal.throwIfAborted();
    return [faultOf('function', functionName, failureOf(error))];
  } finally {
    await lambda.close();
  }
}

function judgeHello(functionName: string, hello: HelloAnswer, version: string): readonly Finding[] {
  const place = { check: 'function', subject: functionName };
  const configure = `aws lambda update-function-configuration --function-name ${functionName}`;
  const seconds = Math.round(hello.timeoutMs / second);
  const warnings: readonly Finding[] = [
    ...(hello.version === version
      ? []
      : [
          {
            ...place,
            level: 'warning' as const,
            message: `it is of version ${hello.version}, and this is ${version}`,
            mend: `flants lambda bundle --out flants.zip && aws lambda update-function-code --function-name ${functionName} --zip-file fileb://flants.zip`,
          },
        ]),
    ...(hello.memoryMb >= functionSetup.memoryMb / 2
      ? []
      : [
          {
            ...place,
            level: 'warning' as const,
            message: `it has ${hello.memoryMb} MB of memory, and with it a small part of a core`,
            mend: `${configure} --memory-size ${functionSetup.memoryMb}`,
          },
        ]),
    ...(hello.timeoutMs >= 60 * second
      ? []
      : [
          {
            ...place,
            level: 'warning' as const,
            message: `it may take ${seconds} s, and leaves what a batch does not end in that time to the next one`,
            mend: `${configure} --timeout ${functionSetup.timeoutSeconds}`,
          },
        ]),
  ];
  const message = `it answers: version ${hello.version}, ${hello.memoryMb} MB, ${seconds} s, ${hello.architecture}`;
  return warnings.length > 0 ? warnings : [{ ...place, level: 'ok', message }];
}

function judgeConcurrency(functionName: string, unreserved: number | undefined): Finding {
  const place = { check: 'concurrency', subject: functionName };
  if (unreserved === undefined) {
    const message = 'not told: the credentials may not read it (lambda:GetAccountSettings)';
    return { ...place, level: 'unknown', message, mend: '--max-batches N says how many functions may run' };
  }
  const message = `the account runs ${unreserved} functions at a time`;
  if (unreserved >= fewInvocations) return { ...place, level: 'ok', message };
  const mend =
    'aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000';
  return { ...place, level: 'warning', message, mend };
}
