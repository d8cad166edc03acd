import { second } from '../../domain/units.ts';

/** A query parameter by which an API lists only what changed since a time. */
export interface SinceQuery {
  readonly name: string;
  /** With `{time}` or `{seconds}` where the time belongs. */
  readonly template: string;
}

/**
 * Parses `updated_since={time}` (ISO 8601, UTC), `since={seconds}` (since 1970) or `q=updated_at:{time}..`.
 *
 * @returns undefined for text without a name, or without a place for the time
 */
export function parseSinceQuery(text: string): SinceQuery | undefined {
  const [, name, template = ''] = /^([^=&?#\s]+)=([^&#]+)$/.exec(text) ?? [];
  return name !== undefined && /\{(?:time|seconds)\}/.test(template) ? { name, template } : undefined;
}

/**
 * The URL that asks for what changed since a time. The time has no fractions of a second, which not every API reads.
 *
 * @param sinceMs - milliseconds since 1970; rounded down
 */
export function urlSince(url: string, { name, template }: SinceQuery, sinceMs: number): string {
  const seconds = Math.floor(sinceMs / second);
  const time = new Date(seconds * second).toISOString().replace('.000', '');
  const asked = new URL(url);
  asked.searchParams.set(name, template.replaceAll('{time}', time).replaceAll('{seconds}', String(seconds)));
  return asked.href;
}
