import { failureWith } from '../../domain/failure.ts';
import type { Failure, FailureCode } from '../../domain/failure.ts';
import type { Invocation } from './function.ts';
import { readAnswer } from './message.ts';
import type { BatchAnswer, HelloAnswer } from './message.ts';

/** How a function died that gave no answer of ours. */
export type Death =
  | 'threw'
  | 'timed-out'
  | 'out-of-memory'
  | 'exited'
  | 'answer-too-large'
  | 'answer-unreadable'
  | 'connection-lost';

/** How an invocation ended, and so what comes next. */
export type InvocationEnd =
  | { readonly kind: 'answered'; readonly answer: BatchAnswer | HelloAnswer }
  /** It ran, or may have run, and what it did is not known. */
  | { readonly kind: 'died'; readonly death: Death; readonly message: string }
  /** It was not run: too many are. */
  | { readonly kind: 'throttled'; readonly message: string; readonly retryAfterMs?: number }
  /** It was not run: the service has trouble, cannot be reached, or is not ready. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** It was not run: the request is larger than the service takes. */
  | { readonly kind: 'too-large' }
  /** It cannot be run before somebody mends something. */
  | { readonly kind: 'unusable'; readonly failure: Failure };

/**
 * Tells the ends of an invocation apart, by the shape of what came. The service and its emulator say the same things
 * differently, and a proxy between may drop headers: so no single header decides.
 *
 * | what came                                                       | end                             |
 * |-----------------------------------------------------------------|---------------------------------|
 * | our own format                                                  | answered                        |
 * | our own format, but it refuses the request                      | unusable                        |
 * | an error of the function's start: module, handler, syntax       | unusable                        |
 * | `Sandbox.Timedout`, or text that says `Task timed out`          | died: timed-out                 |
 * | `Runtime.OutOfMemory`, or an exit by `signal: killed`           | died: out-of-memory             |
 * | `Runtime.ExitError` and the like; a 502 without a name          | died: exited                    |
 * | `Function.ResponseSizeTooLarge`                                 | died: answer-too-large          |
 * | any other `errorType`, or `errorMessage`                        | died: threw                     |
 * | other JSON                                                      | unusable: not our function      |
 * | what is no JSON                                                 | died: answer-unreadable         |
 * | 429                                                             | throttled                       |
 * | 413                                                             | too-large                       |
 * | 404; 401 and 403                                                | unusable: no function; no right |
 * | not ready, in change, its network busy; other 5xx               | unavailable                     |
 * | its key, runtime, archive or network settings; other 4xx        | unusable                        |
 * | nothing, and nothing was sent                                   | unavailable                     |
 * | nothing, and the request was sent                               | died: connection-lost           |
 *
 * @param name - of the function, for messages
 */
export function endOf(invocation: Invocation, name: string): InvocationEnd {
  switch (invocation.result) {
    case 'answered':
      return endOfAnswer(invocation, name);
    case 'refused':
      return endOfRefusal(invocation, name);
    case 'silent':
      return invocation.wasSent
        ? { kind: 'died', death: 'connection-lost', message: `no answer of ${name} came: ${invocation.message}` }
        : { kind: 'unavailable', message: `AWS Lambda cannot be reached: ${invocation.message}` };
  }
}

function endOfAnswer(
  { payload, functionError }: Extract<Invocation, { result: 'answered' }>,
  name: string,
): InvocationEnd {
  const text = Buffer.from(payload).toString('utf8');
  const value = parsed(text);
  const answer = readAnswer(value);
  if (answer?.type === 'refused') return unusable('executor.unusable', `${name} ${answer.message}`);
  if (answer) return { kind: 'answered', answer };
  const error = errorIn(value);
  if (error) return endOfError(error, name);
  if (isTimeout(text)) return died('timed-out', name, text);
  if (functionError !== undefined) return died('threw', name, text.slice(0, maxShown));
  if (value === undefined) return died('answer-unreadable', name, `${text.length} characters that are no JSON`);
  return unusable(
    'executor.unusable',
    `${name} answers as no function of flants does: upload the archive of flants lambda bundle to it, or name another with --function`,
  );
}

interface FunctionError {
  readonly type: string;
  readonly message: string;
}

function endOfError({ type, message }: FunctionError, name: string): InvocationEnd {
  if (isBrokenStart(type)) {
    return unusable(
      'executor.unusable',
      `${name} does not start (${type}: ${firstLine(message)}): upload the archive of flants lambda bundle again, and set what it prints`,
    );
  }
  if (type === 'Sandbox.Timedout' || isTimeout(message)) return died('timed-out', name, message);
  if (/OutOfMemory/i.test(type) || /signal: killed|out of memory/i.test(message))
    return died('out-of-memory', name, message);
  if (type === 'Function.ResponseSizeTooLarge') return died('answer-too-large', name, message);
  if (/^(?:Runtime\.(?:ExitError|Unknown)|Extension\.|Sandbox\.)/.test(type)) return died('exited', name, message);
  return died('threw', name, `${type}: ${message}`);
}

/** Settings of a function without which it cannot be run, and what mends them. */
const settingErrors: Readonly<Record<string, string>> = {
  EC2AccessDeniedException: 'its role lacks rights to its network (AWSLambdaVPCAccessExecutionRole)',
  InvalidSubnetIDException: 'its subnets do not exist',
  InvalidSecurityGroupIDException: 'its security groups do not exist',
  InvalidRuntimeException: 'its runtime is not nodejs24.x',
  InvalidZipFileException: 'its archive is broken: upload that of flants lambda bundle again',
  KMSAccessDeniedException: 'the key of its environment denies access',
  KMSDisabledException: 'the key of its environment is disabled',
  KMSInvalidStateException: 'the key of its environment cannot be used',
  KMSNotFoundException: 'the key of its environment does not exist',
};

/** Errors that pass by themselves, although their status says that the request is to blame. */
const passing =
  /^(?:ResourceNotReady|ResourceConflict|SnapStartNotReady|SnapStartTimeout|EFSMountTimeout|EFSMountConnectivity|EFSIO|ENINotReady|CodeArtifactUserPending)Exception$/;

function endOfRefusal(refusal: Extract<Invocation, { result: 'refused' }>, name: string): InvocationEnd {
  const { name: error, status, message, reason, retryAfterMs } = refusal;
  const told = `${error === '' ? `status ${status}` : error}${reason === undefined ? '' : ` (${reason})`}: ${firstLine(message)}`;
  if (status === 429 || error === 'TooManyRequestsException') {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { kind: 'throttled', message: `${name} is throttled: ${reason ?? firstLine(message)}`, ...wait };
  }
  if (status === 413) return { kind: 'too-large' };
  const setting = settingErrors[error];
  if (setting !== undefined)
    return unusable('executor.unusable', `${name} cannot be run: ${setting} (${error}: ${firstLine(message)})`);
  if (status === 404) {
    return unusable(
      'executor.no-function',
      `there is no function ${name} here (${told}): look at --function, --qualifier and --region`,
    );
  }
  if (passing.test(error)) return { kind: 'unavailable', message: `${name} is not ready: ${told}` };
  if (status === 401 || status === 403) {
    return unusable(
      'executor.denied',
      `${name} may not be invoked (${told}): allow lambda:InvokeFunction on it to these credentials`,
    );
  }
  // The emulator's way to say that the process has ended. The service names each of its errors.
  if (status === 502 && error === '') return died('exited', name, 'its process ended');
  if (status >= 500 || status === 0 || status === 408)
    return { kind: 'unavailable', message: `AWS Lambda has trouble: ${told}` };
  return unusable('executor.unusable', `${name} cannot be invoked: ${told}`);
}

/** An error as the runtime reports it, also where it comes as if it were an answer. */
function errorIn(value: unknown): FunctionError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { errorType, errorMessage } = value as { errorType?: unknown; errorMessage?: unknown };
  if (typeof errorType !== 'string' && typeof errorMessage !== 'string') return undefined;
  return {
    type: typeof errorType === 'string' ? errorType : 'Error',
    message: typeof errorMessage === 'string' ? errorMessage : '',
  };
}

/** Whether a function fails before it has seen a request, and so will with each one. */
function isBrokenStart(type: string): boolean {
  return /^Runtime\.(?:ImportModuleError|HandlerNotFound|MalformedHandlerName|UserCodeSyntaxError|InvalidEntrypoint|InvalidHandler|NativeClientLoading)/.test(
    type,
  );
}

function isTimeout(text: string): boolean {
  return /Task timed out after [\d.]+ seconds/.test(text);
}

const maxShown = 300;

const deaths: Readonly<Record<Death, string>> = {
  threw: 'failed',
  'timed-out': 'took longer than its time-out',
  'out-of-memory': 'ran out of memory',
  exited: 'ended',
  'answer-too-large': 'answered with more than the service takes',
  'answer-unreadable': 'gave an answer that was cut',
  'connection-lost': 'gave no answer',
};

function died(death: Death, name: string, what: string): InvocationEnd {
  return { kind: 'died', death, message: `${name} ${deaths[death]} (${firstLine(what)})` };
}

function unusable(code: FailureCode, message: string): InvocationEnd {
  return { kind: 'unusable', failure: failureWith(code, message) };
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, maxShown);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
