/**
 * Reads an instant as applications write it.
 *
 * | value                                          | read as                                                          |
 * |------------------------------------------------|------------------------------------------------------------------|
 * | `2026-11-23`, `20261123`                       | the beginning of that day in UTC                                 |
 * | `2026-11-23T08:00:00.5+01:00`, `20261123T0700Z` | ISO 8601; a blank may stand for `T`, and `UTC` or `GMT` for `Z`   |
 * | `2026-11-23T08:00:00`                          | the same, without an offset: UTC                                 |
 * | `Mon, 23 Nov 2026 08:00:00 GMT`                | RFC 9110, section 5.6.7, and what `Date` prints                  |
 * | fourteen digits, as `20261123080000`           | date and time in UTC, in the years 1900 to 2199                  |
 * | a number, or text of ten digits and more       | time since the epoch, by size: see `epochUnits`                  |
 * | anything else                                  | undefined                                                        |
 *
 * @returns milliseconds since the epoch
 */
export function instantOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  // As milliseconds since the epoch they would lie after the year 2500.
  const [, day, time] = /^((?:19|20|21)\d{6})(\d{6})$/.exec(text) ?? [];
  const written = day === undefined ? undefined : isoInstant(`${day}T${time}`);
  if (written !== undefined) return written;
  if (typeof value === 'number') return epochInstant(value);
  if (/^\d{10,}(?:\.\d+)?$/.test(text)) return epochInstant(Number(text));
  return isoInstant(text) ?? namedInstant(text);
}

/** The text of the second that was asked for last. */
let latest = { secondsSinceEpoch: NaN, text: '' };

/**
 * Writes an instant as `Date.prototype.toISOString` does. Many of the same second cost little.
 *
 * @param atMs - whole milliseconds since the epoch, in the years 1970 to 9999
 */
export function isoTimeOf(atMs: number): string {
  const secondsSinceEpoch = Math.floor(atMs / 1000);
  if (secondsSinceEpoch !== latest.secondsSinceEpoch) {
    latest = { secondsSinceEpoch, text: new Date(secondsSinceEpoch * 1000).toISOString().slice(0, -'000Z'.length) };
  }
  return `${latest.text}${String(atMs - secondsSinceEpoch * 1000).padStart(3, '0')}Z`;
}

/**
 * Units of a time since the epoch. A number belongs to the first unit by which it lies before the year 5138: 1.7e9 are
 * seconds, 1.7e12 milliseconds. Numbers below a hundred million (1973 in seconds) are years, counters or zero, not times.
 */
const epochUnits = [
  { below: 1e11, perMs: 1e-3 },
  { below: 1e14, perMs: 1 },
  { below: 1e17, perMs: 1e3 },
  { below: 1e20, perMs: 1e6 },
] as const;
const leastEpoch = 1e8;

function epochInstant(value: number): number | undefined {
  const unit = value >= leastEpoch ? epochUnits.find(({ below }) => value < below) : undefined;
  return unit && Math.trunc(value / unit.perMs);
}

const isoDay = /^(\d{4})(-?)(\d\d)\2(\d\d)$/;
const isoTime = /^(\d\d)(:?)(\d\d)(?:\2(\d\d)(?:[.,](\d{1,9}))?)?$/;
const isoOffset = /^(?:Z|UTC|GMT|([+-])(\d\d)(?::?(\d\d))?)$/i;

function isoInstant(text: string): number | undefined {
  const [, day = '', time, offset = 'Z'] =
    /^([\d-]{8,10}?)(?:[T ]([\d:.,]+)\s?([A-Z]+|[+-][\d:]+)?)?$/i.exec(text) ?? [];
  const [, year, , month, date] = isoDay.exec(day) ?? [];
  const clock = time === undefined ? undefined : isoTime.exec(time);
  const shift = isoOffset.exec(offset);
  if (year === undefined || month === undefined || date === undefined || clock === null || !shift) return undefined;
  const [, hours = '00', , minutes = '00', seconds = '00', fraction = '0'] = clock ?? [];
  const dayStart = Date.parse(`${year}-${month}-${date}T00:00:00Z`);
  // `Date` takes 30 February for 2 March.
  if (Number.isNaN(dayStart) || new Date(dayStart).getUTCDate() !== Number(date)) return undefined;
  const fractionMs = `${fraction}000`.slice(0, 3);
  const [, sign = '+', offsetHours = '00', offsetMinutes = '00'] = shift;
  const written = `${year}-${month}-${date}T${hours}:${minutes}:${seconds}.${fractionMs}`;
  return numberOrUndefined(Date.parse(`${written}${sign}${offsetHours}:${offsetMinutes}`));
}

/** The formats of RFC 9110 and of `Date`: English names, and an explicit offset. */
function namedInstant(text: string): number | undefined {
  const isNamed = /^[A-Z][a-z]{2},? [\w ]+ \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})(?:[+-]\d{4})?(?: \(.*\))?$/.test(text);
  return isNamed ? numberOrUndefined(Date.parse(text)) : undefined;
}

function numberOrUndefined(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
