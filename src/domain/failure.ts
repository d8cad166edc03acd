/**
 * What went wrong, as a value that crosses threads, processes and JSON unharmed.
 *
 * An `Error` loses its fields in `structuredClone` and its message in JSON, so
 * errors become failures at the edge of each room (`failureOf`).
 */
export interface Failure {
  /** Stable: scripts and alerts match on it. */
  readonly code: FailureCode;
  /** Whether the same request may succeed later without anybody mending anything. */
  readonly retryable: boolean;
  /** One line for people: what, where, and what to do if that is known. */
  readonly message: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** How long the other side asked us to stay away. */
  readonly retryAfterMs?: number;
}

/**
 * What a failure means for the file that met it: a try is charged to the guilty.
 *
 * - `try`: costs the file one of its tries
 * - `wait`: nobody's fault, asked to come back later; costs nothing
 * - `final`: trying again cannot help
 * - `halt`: the run cannot go on (rights, bucket, disk); no try is spent
 * - `renew`: the URL has run out; one try with a fresh one
 * - `recrawl`: the source is not what was planned; the plan must be made again
 */
export type Charge = 'try' | 'wait' | 'final' | 'halt' | 'renew' | 'recrawl';

const charges = {
  'source.unreachable': 'try',
  'source.host-unknown': 'try',
  'source.tls': 'final',
  'source.timeout': 'try',
  'source.silent': 'wait',
  'source.status': 'try',
  'source.throttled': 'wait',
  'source.not-found': 'final',
  'source.gone': 'renew',
  'source.denied': 'renew',
  'source.short-body': 'try',
  'source.wrong-body': 'try',
  'source.too-large': 'final',
  'source.redirects': 'final',
  'source.changed': 'recrawl',
  'source.refused': 'final',
  'source.forbidden': 'final',
  'store.unreachable': 'try',
  'store.timeout': 'try',
  'store.status': 'try',
  'store.throttled': 'wait',
  'store.checksum': 'try',
  'store.conflict': 'final',
  'store.key': 'final',
  'store.key-denied': 'try',
  'store.archived': 'final',
  'store.denied': 'halt',
  'store.no-bucket': 'halt',
  'store.full': 'halt',
  'store.credentials': 'halt',
  'cdn.throttled': 'wait',
  'cdn.unreachable': 'wait',
  'cdn.denied': 'halt',
  'cdn.no-distribution': 'halt',
  'cdn.refused': 'final',
  'proxy.denied': 'halt',
  'key.conflict': 'final',
  'key.unusable': 'final',
  'hls.not-a-playlist': 'final',
  'hls.empty': 'final',
  'hls.malformed': 'final',
  'hls.cycle': 'final',
  'hls.live': 'final',
  'hls.variables': 'final',
  // Of earlier versions: states and journals hold it.
  'hls.steering': 'final',
  'hls.external': 'final',
  'hls.interstitial': 'final',
  'hls.dash': 'final',
  'hls.limit': 'final',
  'catalogue.unreadable': 'final',
  'catalogue.silent': 'wait',
  'catalogue.row': 'final',
  'catalogue.duplicate': 'final',
  'catalogue.rule': 'final',
  'verify.missing': 'final',
  'verify.size': 'final',
  'verify.checksum': 'final',
  'verify.wrong-body': 'final',
  'verify.outside': 'final',
  'verify.playlist': 'final',
  'verify.type': 'final',
  'verify.cors': 'final',
  'verify.range': 'final',
  'verify.head': 'final',
  'verify.cache': 'final',
  'state.locked': 'final',
  'state.unusable': 'final',
  'video.unknown': 'final',
  'video.state': 'final',
  'api.denied': 'final',
  'webhook.refused': 'try',
  'webhook.unreachable': 'try',
  usage: 'final',
  aborted: 'wait',
  'worker.lost': 'try',
  'executor.denied': 'halt',
  'executor.no-function': 'halt',
  'executor.unusable': 'halt',
  'executor.unreachable': 'halt',
  'machine.limit': 'wait',
  'machine.threads': 'halt',
  internal: 'try',
} as const satisfies Record<string, Charge>;

/** Every code a failure can carry; the list is the public contract of scripts that match on it. */
export type FailureCode = keyof typeof charges;

/** All codes, for documentation and tests. */
export const failureCodes = Object.keys(charges) as readonly FailureCode[];

/** What this failure costs the file that met it. A 5xx that says when to return is a throttle. */
export function chargeOf(failure: Failure): Charge {
  const charge = charges[failure.code];
  if (charge === 'try' && !failure.retryable) return 'final';
  if (charge === 'final' && failure.retryable) return 'try';
  if (charge === 'try' && failure.retryAfterMs !== undefined) return 'wait';
  return charge;
}

/** The same failure as a wait: with a time to return it costs no try. Where none was named, it is as soon as one likes. */
export function asWait(failure: Failure): Failure {
  return { ...failure, retryAfterMs: failure.retryAfterMs ?? 0 };
}

/** What is known of a failure beside its code and message. */
export interface FailureDetails {
  /** Defaults to what the code's charge implies. */
  readonly retryable?: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one class of error that rooms throw: a failure with a stack. */
export class FlantsError extends Error {
  override readonly name = 'FlantsError';
  readonly failure: Failure;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.failure = failureWith(code, message, details);
  }

  get code(): FailureCode {
    return this.failure.code;
  }
}

/** Builds the plain value, with `retryable` as the code implies unless it is given. */
export function failureWith(code: FailureCode, message: string, details: Omit<FailureDetails, 'cause'> = {}): Failure {
  const charge = charges[code];
  return {
    code,
    message,
    retryable: details.retryable ?? (charge === 'try' || charge === 'wait' || charge === 'renew'),
    ...(details.status === undefined ? {} : { status: details.status }),
    ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
  };
}

/** The failure behind anything that was thrown; what is not ours is `internal`. */
export function failureOf(error: unknown): Failure {
  if (error instanceof FlantsError) return error.failure;
  if (error instanceof Error && error.name === 'AbortError')
    return failureWith('aborted', 'stopped before it was done');
  return failureWith('internal', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
