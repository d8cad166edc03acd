import type { ParsedOptions } from './registry/option-schemas.ts';
import { readSecret } from './values/secret-file.ts';

type Parsed = ParsedOptions<'aggregator'>;

/** Receivers of alerts, and the conditions that raise them. */
export interface AlertOptions {
  /** Absent: alerts are only logged. Both parts are secrets. */
  readonly webhook?: { readonly url: string; readonly secret?: string };
  /** The URL is a secret. */
  readonly heartbeat?: { readonly url: string; readonly everyMs: number };
  readonly freshLateMs: number;
  readonly stalledMs: number;
  /** From 0 to 1. */
  readonly failureShare: number;
}

/**
 * Reads who gets alerts, and when.
 *
 * @throws {FlantsError} `usage`
 */
export async function readAlertOptions(parsed: Parsed, cwd: string): Promise<AlertOptions> {
  const { webhook: url, heartbeat } = parsed;
  const secret = await readSecret({
    value: parsed.webhookSecret,
    file: parsed.webhookSecretFile,
    option: '--webhook-secret-file',
    cwd,
  });
  const webhook = url === undefined ? undefined : Object.freeze({ url, ...(secret === undefined ? {} : { secret }) });
  return Object.freeze({
    ...(webhook === undefined ? {} : { webhook }),
    ...(heartbeat === undefined
      ? {}
      : { heartbeat: Object.freeze({ url: heartbeat, everyMs: parsed.heartbeatEvery }) }),
    freshLateMs: parsed.freshLate,
    stalledMs: parsed.stalled,
    failureShare: parsed.failureShare,
  });
}
