import type { Budget } from '../../domain/cost/budget.ts';
import { GiB, KiB, MiB, minute, second } from '../../domain/units.ts';

const hour = 60 * minute;
const day = 24 * hour;
/** Just below the longest delay of a Node timer. */
const longestMs = 24 * day;

const byteUnits: Readonly<Record<string, number>> = { '': 1, K: KiB, M: MiB, G: GiB };
const timeUnits: Readonly<Record<string, number>> = { ms: 1, s: second, m: minute, h: hour, d: day };

/**
 * Parses a rate: `20M` is 20 MiB per second; `M/s`, `MB/s` and `MiB/s` mean the same, as in rclone's `--bwlimit`.
 *
 * @returns bytes per second, at least 1. Undefined for other text
 */
export function parseRate(text: string): number | undefined {
  return parseSize(text.trim().replace(/\/s$/i, ''));
}

/**
 * Parses a size: `64M`, `64MB` and `64MiB` are 64 MiB.
 *
 * @returns bytes, at least 1. Undefined for other text
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(text.trim());
  const unit = byteUnits[match?.[2]?.toUpperCase() ?? ''];
  if (!match || unit === undefined) return undefined;
  const sizeBytes = Math.round(Number(match[1]) * unit);
  return sizeBytes >= 1 && Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/**
 * Parses a share: `5%` and `5` are 0.05.
 *
 * @returns from 0 to 1. Undefined for other text
 */
export function parsePercent(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  const share = match ? Number(match[1]) / 100 : undefined;
  return share !== undefined && share <= 1 ? share : undefined;
}

/**
 * Parses a budget: bytes (`50G`, `2T`), files (`100000files`) and dollars (`20USD`), each once.
 *
 * @returns undefined for other text
 */
export function parseBudget(texts: readonly string[]): Budget | undefined {
  const parts = texts.map((text): Budget | undefined => {
    const files = /^(\d+)\s*files?$/i.exec(text.trim())?.[1];
    if (files !== undefined) return { files: Number(files) };
    const dollars = /^\$|USD$/i.test(text.trim()) ? parseDollars(text) : undefined;
    if (dollars !== undefined) return { dollars };
    const tebi = /^(\d+(?:\.\d+)?)\s*T(?:i?B)?$/i.exec(text.trim())?.[1];
    const bytes = tebi === undefined ? parseSize(text) : Math.round(Number(tebi) * 1024 * GiB);
    return bytes === undefined ? undefined : { bytes };
  });
  const budget = Object.assign({}, ...parts) as Budget;
  const isWhole = !parts.includes(undefined) && Object.keys(budget).length === texts.length;
  return isWhole && Object.values(budget).every((limit) => limit > 0) ? budget : undefined;
}

/**
 * Parses dollars: `20`, `$20`, `0.09` and `20USD`.
 *
 * @returns undefined for other text
 */
export function parseDollars(text: string): number | undefined {
  const match = /^\$?\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:USD)?$/i.exec(text.trim());
  return match ? Number(match[1]) : undefined;
}

/**
 * Parses a duration: `500ms`, `30s`, `2m`, `1h`, `7d`; a number alone is seconds.
 *
 * @returns milliseconds, at least 1 and at most 24 days. Undefined for other text
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/i.exec(text.trim());
  const unit = timeUnits[match?.[2]?.toLowerCase() ?? 's'];
  if (!match || unit === undefined) return undefined;
  const milliseconds = Math.round(Number(match[1]) * unit);
  return milliseconds >= 1 && milliseconds <= longestMs ? milliseconds : undefined;
}

/** Parses a duration that may also be `0`, with or without a unit. */
export function parseDurationOrZero(text: string): number | undefined {
  return /^0+\s*(?:ms|s|m|h|d)?$/i.test(text.trim()) ? 0 : parseDuration(text);
}
