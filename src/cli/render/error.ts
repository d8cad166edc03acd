import { failureOf } from '../../domain/failure.ts';
import type { Failure, FailureCode } from '../../domain/failure.ts';
import { oneLine } from '../../telemetry/logger.ts';
import { failureText } from '../event-lines.ts';

/** Advice on failures that goes beyond their messages. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  'state.locked': 'flants status works meanwhile',
  'state.unusable': 'repair it, or use another: --state for local copies, --redis and --journal for a cluster',
  'store.full': 'make room on it, or raise its quota',
  'source.denied': 'pass a header such as Authorization with --header or --header-file',
  'store.unreachable': 'check that --endpoint is right and the store is up',
  'source.host-unknown': 'check the spelling of the name, and whether this machine can resolve it',
  'store.no-bucket': 'check its name, or create it: aws s3 mb s3://BUCKET; flants creates no buckets',
  'key.conflict': 'copy one of the two to another destination, or rename it at the source',
  internal: 'this is a bug in FLAnts; run again with FLANTS_LOG_LEVEL=debug to see where',
};

/** How to render an error. */
export interface ErrorContext {
  /** The verb whose help to refer to. */
  readonly verb?: string;
  /** Whether to show the stack. */
  readonly debug: boolean;
}

/** Renders an error for people: the message, advice if there is any, and with `debug` the stack. */
export function renderError(error: unknown, { verb, debug }: ErrorContext): readonly string[] {
  const lines = renderFailure(failureOf(error), verb);
  return debug && error instanceof Error ? [...lines, ...stackLines(error)] : lines;
}

/** Advice on a failure. Undefined if its message is sufficient. */
export function hintOf({ code, message }: Pick<Failure, 'code' | 'message'>): string | undefined {
  // A bucket wants rights, and no header.
  if (code === 'source.denied' && /s3:|\bbuckets\b/.test(message)) return undefined;
  return hints[code];
}

/** Renders a failure for people: the message, and advice if there is any. */
export function renderFailure(failure: Failure, verb?: string): readonly string[] {
  const hint = failure.code === 'usage' ? `see: flants ${verb === undefined ? '' : `${verb} `}--help` : hintOf(failure);
  return [`flants: ${oneLine(failureText(failure))}`, ...(hint === undefined ? [] : [`  ${hint}`])];
}

function stackLines(error: Error): readonly string[] {
  const own = (error.stack ?? '').split('\n').slice(1);
  return error.cause instanceof Error ? [...own, `  caused by ${error.cause.stack ?? error.cause.message}`] : own;
}
