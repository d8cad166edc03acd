import { describe, expect, it } from 'vitest';
import type { Invocation } from './function.ts';
import { endOf } from './invocation-end.ts';

const answered = (payload: unknown, functionError?: string): Invocation => ({
  result: 'answered',
  payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  ...(functionError === undefined ? {} : { functionError }),
  log: '',
});
const error = (errorType: string, errorMessage: string) => ({ errorType, errorMessage, trace: [] });
const refused = (name: string, status: number, more = {}): Invocation => ({
  result: 'refused',
  name,
  status,
  message: 'as it says',
  ...more,
});
const requestId = 'RequestId: 4b17af87-460a-4763-9018-83595e3652a2';

describe('the end of an invocation', () => {
  it('is an answer only in our own format, whatever headers say', () => {
    const answer = { format: 1, type: 'batch', end: 'finished', outcomes: [], isRecorded: true };
    expect(endOf(answered(answer), 'f')).toEqual({ kind: 'answered', answer });
    expect(endOf(answered(answer, 'Unhandled'), 'f')).toEqual({ kind: 'answered', answer });
  });

  it.each([
    ['threw, at the service', answered(error('Error', 'boom'), 'Unhandled'), 'threw'],
    ['threw, at the emulator', answered(error('Error', 'boom')), 'threw'],
    ['threw, and the payload says nothing', answered('', 'Unhandled'), 'threw'],
    ['timed out, at the service', answered(error('Sandbox.Timedout', `${requestId} Error: Task timed out after 3.00 seconds`), 'Unhandled'), 'timed-out'],
    ['timed out, as it used to be told', answered({ errorMessage: `2026-11-29T00:00:00Z ${requestId} Task timed out after 3.00 seconds` }, 'Unhandled'), 'timed-out'],
    ['timed out, at the emulator', answered('Task timed out after 2.00 seconds'), 'timed-out'],
    ['out of memory', answered(error('Runtime.ExitError', `${requestId} Error: Runtime exited with error: signal: killed`), 'Unhandled'), 'out-of-memory'],
    ['out of memory, by its name', answered(error('Runtime.OutOfMemory', requestId), 'Unhandled'), 'out-of-memory'],
    ['exited', answered(error('Runtime.ExitError', `${requestId} Error: Runtime exited with error: exit status 3`), 'Unhandled'), 'exited'],
    ['exited without a reason', answered(error('Runtime.ExitError', `${requestId} Error: Runtime exited without providing a reason`), 'Unhandled'), 'exited'],
    ['exited, and the gateway says nothing', refused('', 502), 'exited'],
    ['answered with too much', answered(error('Function.ResponseSizeTooLarge', 'Response payload size exceeded maximum allowed payload size (6291556 bytes).')), 'answer-too-large'],
    ['an answer that was cut', answered('{"format":1,"type":"batch","outc'), 'answer-unreadable'],
    ['an answer that never came', { result: 'silent', wasSent: true, message: 'other side closed' } as const, 'connection-lost'],
  ])('is a death where it %s', (_, invocation, death) => {
    expect(endOf(invocation, 'f')).toMatchObject({ kind: 'died', death });
  }); // prettier-ignore

  it.each([
    'ConcurrentInvocationLimitExceeded',
    'ReservedFunctionConcurrentInvocationLimitExceeded',
    'FunctionInvocationRateLimitExceeded',
    'ReservedFunctionInvocationRateLimitExceeded',
    'CallerRateLimitExceeded',
    'ConcurrentSnapshotCreateLimitExceeded',
  ])('is a throttle, and says why: %s', (reason) => {
    expect(endOf(refused('TooManyRequestsException', 429, { reason, retryAfterMs: 2_000 }), 'f')).toEqual({
      kind: 'throttled',
      message: `f is throttled: ${reason}`,
      retryAfterMs: 2_000,
    });
  });

  it.each([
    ['the service has trouble', refused('ServiceException', 500)],
    ['its network is throttled', refused('EC2ThrottledException', 502)],
    ['its network has no room', refused('ENILimitReachedException', 502)],
    ['it is being made', refused('ResourceNotReadyException', 502)],
    ['it is being changed', refused('ResourceConflictException', 409)],
    ['a gateway is away', refused('', 503)],
    ['the service cannot be reached', { result: 'silent', wasSent: false, message: 'ECONNREFUSED' } as const],
  ])('is passing trouble where %s', (_, invocation) => {
    expect(endOf(invocation, 'f')).toMatchObject({ kind: 'unavailable' });
  });

  it.each([
    ['there is no such function', refused('ResourceNotFoundException', 404), 'executor.no-function', '--function'],
    ['the emulator knows no such function', refused('', 404), 'executor.no-function', '--function'],
    ['the right to invoke it is missing', refused('AccessDeniedException', 403), 'executor.denied', 'lambda:InvokeFunction'],
    ['the credentials are not known', refused('UnrecognizedClientException', 403), 'executor.denied', 'credentials'],
    ['its subnets are gone', refused('InvalidSubnetIDException', 502), 'executor.unusable', 'subnets'],
    ['its key may not be used', refused('KMSAccessDeniedException', 502), 'executor.unusable', 'key'],
    ['it has no such handler', answered(error('Runtime.HandlerNotFound', 'flants.handler is undefined'), 'Unhandled'), 'executor.unusable', 'flants lambda bundle'],
    ['its module is missing', answered(error('Runtime.ImportModuleError', 'Cannot find module'), 'Unhandled'), 'executor.unusable', 'flants lambda bundle'],
    ['it is another function', answered({ statusCode: 200, body: 'Hello from Lambda!' }), 'executor.unusable', 'flants lambda bundle'],
    ['it is of another version', answered({ format: 1, type: 'refused', version: '9', message: 'is of 9' }), 'executor.unusable', 'is of 9'],
    ['the request is wrong', refused('InvalidParameterValueException', 400), 'executor.unusable', 'InvalidParameterValueException'],
  ])('needs a person where %s', (_, invocation, code, hint) => {
    const end = endOf(invocation, 'f');
    expect(end).toMatchObject({ kind: 'unusable', failure: { code, retryable: false } });
    expect(end.kind === 'unusable' && end.failure.message).toContain(hint);
  }); // prettier-ignore

  it('is a batch that is too large where the service says so', () => {
    expect(endOf(refused('RequestTooLargeException', 413), 'f')).toEqual({ kind: 'too-large' });
  });
});
