import { minute, second } from './units.ts';
import type { Finding } from './report/finding.ts';

/** S3 refuses requests whose time differs by a quarter of an hour; temporary credentials and TLS are stricter. */
const refusedMs = 15 * minute;
const noticedMs = 30 * second;

/**
 * Judges this machine's clock by another one's.
 *
 * | difference     | level   |
 * |----------------|---------|
 * | below 30 s     | ok      |
 * | below 15 min   | warning |
 * | more           | fault   |
 *
 * @param differenceMs - this machine's time less the other's
 */
export function judgeClock(differenceMs: number, other: string): Finding {
  const apart = Math.abs(differenceMs);
  const check = { check: 'clock', subject: other };
  if (apart < noticedMs) return { ...check, level: 'ok', message: 'this machine and the server agree on the time' };
  const message = `this machine is ${textOf(apart)} ${differenceMs > 0 ? 'ahead of' : 'behind'} the server`;
  const mend = 'sudo timedatectl set-ntp true';
  if (apart < refusedMs) return { ...check, level: 'warning', message, mend };
  return { ...check, level: 'fault', message: `${message}, and S3 refuses requests that are 15 minutes off`, mend };
}

function textOf(apartMs: number): string {
  return apartMs < 2 * minute ? `${Math.round(apartMs / second)} s` : `${Math.round(apartMs / minute)} min`;
}
