import type { ReadPlaylist } from './read-playlist.ts';
import { minute } from './units.ts';

/** What the latest look at a recording that is not over has found. */
export interface Live {
  /** From its first playlist to one without an end. While these stay the same, it is not over. Without tokens. */
  readonly playlists: readonly ReadPlaylist[];
  /** Some of these URLs carry a token that is not kept, so that they cannot be asked for alone. */
  readonly hasTokens: boolean;
  /** Digest of all that its playlists name. */
  readonly digest: string;
  /** The longest target duration of its playlists without an end. */
  readonly targetDurationMs: number;
  /** Since when its playlists name what they name. Milliseconds since the epoch, as all instants here. */
  readonly sameSince: number;
  /** When the look was. */
  readonly lookedAt: number;
  /** When it is looked at again. Absent where that is left to the next run. */
  readonly nextLookAt?: number;
}

/** What a look has found, without regard to earlier ones. */
export type LiveFinding = Pick<Live, 'playlists' | 'hasTokens' | 'digest' | 'targetDurationMs'>;

/** Target durations for which a recording has to stay the same before it may be taken as over. */
const quietTargetDurations = 3;

/** How long ago an object must have changed for its date to tell one change from the next. */
const recentMs = minute;

/**
 * Puts a finding together with what the look before has found.
 *
 * @param options.everyMs - the shortest distance between two looks. Absent: none is planned
 */
export function liveAfterLook(
  before: Live | undefined,
  finding: LiveFinding,
  { now, everyMs }: { readonly now: number; readonly everyMs?: number | undefined },
): Live {
  return {
    ...finding,
    sameSince: before?.digest === finding.digest ? Math.min(before.sameSince, now) : now,
    lookedAt: now,
    // RFC 8216 section 6.3.4 lets a client reload a playlist once in a target duration.
    ...(everyMs === undefined ? {} : { nextLookAt: now + Math.max(finding.targetDurationMs, everyMs) }),
  };
}

/**
 * Its playlists as they may be asked for at the next look. RFC 9110 section 8.8.2.2: a date says nothing of what was
 * written in the same second, as the end of a recording often is. So one that was recent at the look counts for nothing
 * where it stands alone, also by clocks that differ a little.
 */
export function playlistsToAsk({ playlists, lookedAt }: Live): readonly ReadPlaylist[] {
  return playlists.map((playlist) => {
    const { etag, lastModified } = playlist.validators;
    const isTelling = etag !== undefined || Date.parse(lastModified ?? '') + recentMs <= lookedAt;
    return isTelling ? playlist : { ...playlist, validators: {} };
  });
}

/**
 * How long a recording has yet to stay the same before `--assume-ended` takes it as over: at most 0 once it has for
 * three target durations. A live playlist changes once in each (RFC 8216 section 6.2.2).
 */
export function quietTimeLeft({ sameSince, targetDurationMs }: Live, now: number): number {
  return sameSince + quietTargetDurations * targetDurationMs - now;
}
