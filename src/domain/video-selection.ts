import type { Submission } from './video.ts';

/** A pattern over ids and titles, as a person writes it: `math-*`, `{a,b}?`. */
export interface NamePattern {
  /** As it was written. */
  readonly text: string;
  readonly matches: (name: string) => boolean;
}

/** The earliest recording to take: an instant, or an age that is counted back from each reading of the catalogue. */
export type Since =
  /** Milliseconds since the epoch. */
  { readonly kind: 'instant'; readonly at: number } | { readonly kind: 'age'; readonly ms: number };

/** Which videos of a catalogue to take. It chooses videos, never parts of one. */
export interface VideoSelection {
  /** Absent: recordings of any time, and those without a date. */
  readonly since?: Since;
  /** One of them must match id or title. Empty: all. */
  readonly include: readonly NamePattern[];
  /** None of them may match id or title. */
  readonly exclude: readonly NamePattern[];
  /** So many of the videos that all else has chosen, at random. The same seed chooses the same videos. */
  readonly sample?: { readonly count: number; readonly seed: string };
}

/** Takes every video. */
export const allVideos: VideoSelection = { include: [], exclude: [] };

/** Why a video is not taken. Undefined: it is, unless a sample leaves it out. */
export type LeftOut = 'excluded' | 'too-old' | 'undated' | 'not-in-sample';

/**
 * Applies all of a selection but its sample.
 *
 * | video                                               | result     |
 * |-----------------------------------------------------|------------|
 * | an `exclude` pattern matches its id or title        | `excluded` |
 * | there are `include` patterns, and none matches      | `excluded` |
 * | there is a `since`, and the video has no date       | `undated`  |
 * | it was recorded before                              | `too-old`  |
 * | any other                                           | taken      |
 *
 * @param now - milliseconds since the epoch
 */
export function leftOutBy(
  { since, include, exclude }: VideoSelection,
  { id, title, recordedAt }: Submission,
  now: number,
): Exclude<LeftOut, 'not-in-sample'> | undefined {
  const isNamed = ({ matches }: NamePattern): boolean => matches(id) || (title !== undefined && matches(title));
  if (exclude.some(isNamed) || (include.length > 0 && !include.some(isNamed))) return 'excluded';
  if (!since) return undefined;
  if (recordedAt === undefined) return 'undated';
  const earliest = since.kind === 'instant' ? since.at : now - since.ms;
  return Date.parse(recordedAt) < earliest ? 'too-old' : undefined;
}
