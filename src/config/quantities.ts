import { GiB, KiB, MiB, minute, second } from '../domain/units.ts';

const rateUnits: Readonly<Record<string, number>> = { '': 1, K: KiB, M: MiB, G: GiB };
const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: 60 * minute };

/**
 * Reads a rate: `20M` is 20 MiB per second; `M/s`, `MB/s` and `MiB/s` mean the same, as in rclone's `--bwlimit`.
 *
 * @returns bytes per second, at least 1; undefined where the text is no rate
 */
export function parseRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:i?b)?|b)?(?:\/s)?$/i.exec(text.trim());
  const unit = rateUnits[match?.[2]?.toUpperCase() ?? ''];
  if (!match || unit === undefined) return undefined;
  const bytesPerSecond = Math.round(Number(match[1]) * unit);
  return bytesPerSecond >= 1 && Number.isSafeInteger(bytesPerSecond) ? bytesPerSecond : undefined;
}

/**
 * Reads a duration: `500ms`, `30s`, `2m`, `1h`; a number alone is seconds.
 *
 * @returns milliseconds, at least 1 and at most a day; undefined where the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/i.exec(text.trim());
  const unit = timeUnits[match?.[2]?.toLowerCase() ?? 's'];
  if (!match || unit === undefined) return undefined;
  const milliseconds = Math.round(Number(match[1]) * unit);
  return milliseconds >= 1 && milliseconds <= 24 * 60 * minute ? milliseconds : undefined;
}
