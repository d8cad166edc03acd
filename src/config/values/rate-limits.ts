import { minutesOfDay } from '../../domain/rate-timetable.ts';
import type { RateSlot, RateTimetable } from '../../domain/rate-timetable.ts';
import { parseRate } from './quantities.ts';

/** Limits of a run, or of all processes of a cluster together. */
export interface RateLimits {
  /** Bytes from the source. Absent: no limit. */
  readonly bandwidth?: RateTimetable;
  /** Requests per second. Absent: no limit. */
  readonly sourceRequests?: number;
  readonly destinationRequests?: number;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/**
 * Parses a rate such as `10M`, or a timetable as rclone's `--bwlimit` has it: `08:00,10M 23:00,off`, also with days:
 * `Mon-08:00,10M Fri-18:00,off`. A time without a day is of every day. Undefined for other text.
 */
export function parseTimetable(text: string): RateTimetable | undefined {
  const parts = text.trim().split(/\s+/);
  const [only = ''] = parts;
  if (parts.length === 1 && !only.includes(',')) {
    const slot = slotOf(0, only);
    return slot && [slot];
  }
  const slots: RateSlot[] = [];
  for (const part of parts) {
    const [, day, hours, minutes, rate = ''] = /^(?:([a-z]{3,9})-)?(\d{1,2}):(\d\d),(.+)$/i.exec(part) ?? [];
    const minute = Number(hours) * 60 + Number(minutes);
    const ofDays = day === undefined ? days.map((_, at) => at) : daysNamed(day);
    if (ofDays.length === 0 || Number(minutes) > 59 || !(minute < minutesOfDay)) return undefined;
    for (const each of ofDays) {
      const slot = slotOf(each * minutesOfDay + minute, rate);
      if (!slot) return undefined;
      slots.push(slot);
    }
  }
  return slots.toSorted((a, b) => a.fromMinute - b.fromMinute);
}

/** Parses requests per second, such as `10` or `0.5`. Undefined for other text. */
export function parseRequestRate(text: string): number | undefined {
  const rate = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  return rate >= 0.001 && rate <= 1e6 ? rate : undefined;
}

function daysNamed(text: string): readonly number[] {
  const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  const word = text.toLowerCase();
  return names.flatMap((name, at) => (word === name || word === days[at] ? [at] : []));
}

function slotOf(fromMinute: number, text: string): RateSlot | undefined {
  if (text.toLowerCase() === 'off') return { fromMinute };
  const perSecond = parseRate(text);
  return perSecond === undefined ? undefined : { fromMinute, perSecond };
}

interface ParsedLimits {
  readonly bwlimit?: RateTimetable;
  readonly sourceTpslimit?: number;
  readonly destinationTpslimit?: number;
}

/** The limits that options set. */
export function rateLimitsOf({ bwlimit, sourceTpslimit, destinationTpslimit }: ParsedLimits): RateLimits {
  return Object.freeze({
    ...(bwlimit === undefined ? {} : { bandwidth: bwlimit }),
    ...(sourceTpslimit === undefined ? {} : { sourceRequests: sourceTpslimit }),
    ...(destinationTpslimit === undefined ? {} : { destinationRequests: destinationTpslimit }),
  });
}
