import picomatch from 'picomatch';
import { FlantsError } from '../../domain/failure.ts';
import { instantOf } from '../../domain/instant.ts';
import type { NamePattern, Since, VideoSelection } from '../../domain/video-selection.ts';
import { parseDuration } from './quantities.ts';

/** Parses a date such as `2026-11-23` or an age such as `7d`. Undefined for other text. */
export function parseSince(text: string): Since | undefined {
  const ms = /[a-z]$/i.test(text) ? parseDuration(text) : undefined;
  if (ms !== undefined) return { kind: 'age', ms };
  const at = instantOf(text);
  return at === undefined ? undefined : { kind: 'instant', at };
}

/**
 * Compiles a pattern for names: `*` is any text, `?` one character, `[a-c]` one of these, `{a,b}` either. Names are no
 * paths: `*` also stands for slashes and dots. Case counts.
 */
export function namePattern(text: string): NamePattern {
  return { text, matches: picomatch(text, { bash: true, dot: true, nonegate: true, noextglob: true }) };
}

/** The parsed options behind a selection. */
interface ParsedSelection {
  readonly since?: Since;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly sample?: number;
  readonly seed?: string | undefined;
}

export const usualSeed = '1';

/** @throws {FlantsError} `usage` where a seed has no sample */
export function selectionOf({ since, include, exclude, sample, seed }: ParsedSelection): VideoSelection {
  if (seed !== undefined && sample === undefined)
    throw new FlantsError('usage', '--seed chooses which videos --sample takes: give --sample too');
  return Object.freeze({
    ...(since === undefined ? {} : { since }),
    include: Object.freeze(include.map(namePattern)),
    exclude: Object.freeze(exclude.map(namePattern)),
    ...(sample === undefined ? {} : { sample: Object.freeze({ count: sample, seed: seed ?? usualSeed }) }),
  });
}
