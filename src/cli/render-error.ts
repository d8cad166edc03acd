import { failureOf } from '../domain/failure.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';
import { oneLine } from '../telemetry/logger.ts';
import { failureText } from './event-lines.ts';

/** What to do about a failure, where its message cannot know. */
const hints: Readonly<Partial<Record<FailureCode, string>>> = {
  'state.locked': 'flants status may be used meanwhile',
  'state.unusable': 'mend it, or name another: --state for copies from here, --redis and --journal for a cluster',
  'store.full': 'make room; the same command goes on where it stopped',
  'source.denied': 'a header such as Authorization is given with --header or --header-file',
  'store.unreachable': 'see whether --endpoint is right and the store is up',
  'source.host-unknown': 'see whether the name is spelt right, and whether this machine can resolve it',
  'key.conflict': 'copy one of the two to another destination, or rename it at the source',
  internal: 'this is a fault in FLAnts; run again with FLANTS_LOG_LEVEL=debug in the environment to see where',
};

/** Circumstances of an error line. */
export interface ErrorContext {
  /** Whose help to name. */
  readonly verb?: string;
  /** Show the stack. */
  readonly debug: boolean;
}

/** The lines that tell a person what was thrown: what, how to go on where that is known, the stack only for `debug`. */
export function renderError(error: unknown, { verb, debug }: ErrorContext): readonly string[] {
  const lines = renderFailure(failureOf(error), verb);
  return debug && error instanceof Error ? [...lines, ...stackLines(error)] : lines;
}

/** What to do about failures with this code; undefined where their messages say all that is known. */
export function hintOf(code: FailureCode): string | undefined {
  return hints[code];
}

/** The same for a failure. */
export function renderFailure(failure: Failure, verb?: string): readonly string[] {
  const hint =
    failure.code === 'usage' ? `see: flants ${verb === undefined ? '' : `${verb} `}--help` : hintOf(failure.code);
  return [`flants: ${oneLine(failureText(failure))}`, ...(hint === undefined ? [] : [`  ${hint}`])];
}

function stackLines(error: Error): readonly string[] {
  const own = (error.stack ?? '').split('\n').slice(1);
  return error.cause instanceof Error ? [...own, `  caused by ${error.cause.stack ?? error.cause.message}`] : own;
}
