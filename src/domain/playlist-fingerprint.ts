import { createHash } from 'node:crypto';
import { defaultTokenRules, withoutTokens } from './names/tokens.ts';
import type { Submission } from './video.ts';

/**
 * Tells the playlists of a video apart in a few characters (`VideoRecord.asked`). A token of a common kind makes no other
 * playlist; one of another kind does, which costs a look too many.
 */
export function playlistFingerprint({ playlistUrl }: Pick<Submission, 'playlistUrl'>): string {
  const { href } = withoutTokens(new URL(playlistUrl), defaultTokenRules);
  return createHash('sha256').update(href).digest('base64url').slice(0, 16);
}
