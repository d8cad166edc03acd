/** A rate that holds from a minute of the week on, until the next. */
export interface RateSlot {
  /** Minutes since Sunday 00:00, local time. */
  readonly fromMinute: number;
  /** Absent: no limit. */
  readonly perSecond?: number;
}

/** Rates by the time of the week, in ascending order of their minutes, at least one. */
export type RateTimetable = readonly RateSlot[];

export const minutesOfDay = 24 * 60;

/** The rate that holds at an instant. Undefined: no limit. Before the first slot of the week, the last one still holds. */
export function rateAt(timetable: RateTimetable, at: Date): number | undefined {
  const minute = at.getDay() * minutesOfDay + at.getHours() * 60 + at.getMinutes();
  const slot = timetable.findLast(({ fromMinute }) => fromMinute <= minute) ?? timetable.at(-1);
  return slot?.perSecond;
}

/** The lowest rate of a timetable, for estimates that would rather be too long. Empty where there is no limit at all. */
export function lowestRate(timetable: RateTimetable): { readonly bytesPerSecond?: number } {
  const rates = timetable.flatMap(({ perSecond }) => perSecond ?? []);
  return rates.length === 0 ? {} : { bytesPerSecond: Math.min(...rates) };
}
