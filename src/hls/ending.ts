import { minute, second } from '../domain/units.ts';
import type { Refusal } from './reference.ts';
import type { TagToken, Token } from './tokenizer.ts';

/** What is known of a media playlist that has no EXT-X-ENDLIST. */
export interface MissingEnd {
  /**
   * Whether segments may still be added. A playlist of type VOD cannot change, so it is over all the same, unless it breaks
   * off: then it was read while it was written.
   */
  readonly isLive: boolean;
  /** How long one segment lasts at most, which is how often such a playlist changes. */
  readonly targetDurationMs: number;
  /** What would keep a live playlist from being copied if it stayed as it is now, and may be gone once it is over. */
  readonly refusal?: Refusal;
  /** What is to be said of parts whose segment is not there yet: they would be lost. */
  readonly looseParts?: string;
}

/** Where a playlist does not say how long its segments are. */
const defaultTargetDurationMs = 10 * second;
/** No segment of a real stream is longer. A wrong tag must not keep a recording from being looked at. */
const longestTargetDurationMs = 10 * minute;

/**
 * How a media playlist lacks its end. Undefined where EXT-X-ENDLIST stands, whatever follows it.
 *
 * RFC 8216 section 4.3.3.5: "If the EXT-X-PLAYLIST-TYPE value is VOD, the Media Playlist cannot change."
 */
export function missingEndOf(tokens: readonly Token[]): Pick<MissingEnd, 'isLive' | 'targetDurationMs'> | undefined {
  const tags = tokens.filter((token): token is TagToken => token.kind === 'tag');
  if (tags.some(({ name }) => name === 'EXT-X-ENDLIST')) return undefined;
  const isVod = tags.some(({ name, value }) => name === 'EXT-X-PLAYLIST-TYPE' && value.trim() === 'VOD');
  return { isLive: !isVod || breaksOff(tokens), targetDurationMs: targetDurationMsOf(tags) };
}

/** Whether a text ends within the lines of a segment: behind its duration, or within a tag. */
function breaksOff(tokens: readonly Token[]): boolean {
  const behindUris = tokens.slice(tokens.findLastIndex(({ kind }) => kind === 'uri') + 1);
  if (behindUris.some((token) => token.kind === 'tag' && token.name === 'EXTINF')) return true;
  const last = behindUris.at(-1);
  return last?.eol === '' && (last.kind === 'tag' || (last.kind === 'comment' && '#EXT'.startsWith(last.raw)));
}

/** What the tag says, or else the longest segment. */
function targetDurationMsOf(tags: readonly TagToken[]): number {
  const secondsIn = (wanted: string): readonly number[] =>
    tags
      .filter(({ name }) => name === wanted)
      .map(({ value }) => Number.parseFloat(value))
      .filter((seconds) => seconds > 0);
  const [told] = secondsIn('EXT-X-TARGETDURATION');
  const seconds = told ?? secondsIn('EXTINF').reduce((longest, each) => Math.max(longest, each), 0);
  return seconds > 0 ? Math.min(longestTargetDurationMs, Math.ceil(seconds * second)) : defaultTargetDurationMs;
}

/** The end to be added to a playlist that has none: a line of its own, with the line ends of the others. */
export function endListLine(tokens: readonly Token[]): string {
  const eol = tokens.find((token) => token.eol !== '')?.eol ?? '\n';
  const isOnNewLine = tokens.at(-1)?.eol !== '';
  return `${isOnNewLine ? '' : eol}#EXT-X-ENDLIST${eol}`;
}
