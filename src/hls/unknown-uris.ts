import { readAttributes } from './attributes.ts';
import type { Attribute } from './attributes.ts';
import type { ReferenceCollector } from './reference-collector.ts';
import type { TagToken } from './tokenizer.ts';

const reason = 'possible dependency of a kind that is not known: not copied';

/**
 * Reports attributes that look like URIs but have no meaning to this version. Vendors and coming versions of HLS may
 * mean something by them; they are not guessed at, and stay as they are.
 *
 * @returns how many there are
 */
export function keepLookalikes(tag: TagToken, attributes: readonly Attribute[], into: ReferenceCollector): number {
  const suspects = attributes.filter(({ name, value }) => value !== '' && (/URI$/i.test(name) || looksLikeUrl(value)));
  for (const { value } of suspects) into.keep(tag.line, tag.name, value, reason);
  return suspects.length;
}

/** The same for a tag that is not known at all: its whole value may be a bare URL. */
export function keepUnknown(tag: TagToken, into: ReferenceCollector): void {
  if (tag.value === '' || keepLookalikes(tag, readAttributes(tag.value), into) > 0) return;
  if (looksLikeUrl(tag.value)) into.keep(tag.line, tag.name, tag.value, reason);
}

/** EXTINF holds free text, where lists of channels keep the addresses of logos: `tvg-logo="https://…"`. */
export function keepTitleAddresses(tag: TagToken, into: ReferenceCollector): void {
  if (!tag.value.includes('="')) return;
  for (const [, value = ''] of tag.value.matchAll(/="([^"]*)"/g)) {
    if (looksLikeUrl(value)) into.keep(tag.line, tag.name, value, 'text of a title: not copied');
  }
}

/** An address with a host, or a text that holds one. */
function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|https?:\/\/|^\/\/[a-z0-9-]+\.[a-z0-9.-]+/i.test(text);
}
