import { readAttributes } from './attributes.ts';
import type { Attribute } from './attributes.ts';
import type { ReferenceCollector } from './reference-collector.ts';
import type { TagToken } from './tokenizer.ts';

const reason = 'possible dependency of a kind that is not known: not copied';

/**
 * Reports attributes that look like URIs but are unknown here. They may belong to a vendor or to a later version of HLS, so
 * the text is left as it is and nothing is guessed.
 *
 * @returns how many were reported
 */
export function reportLookalikes(tag: TagToken, attributes: readonly Attribute[], into: ReferenceCollector): number {
  const suspects = attributes.filter(({ name, value }) => value !== '' && (/URI$/i.test(name) || looksLikeUrl(value)));
  for (const { value } of suspects) into.keep(tag.line, tag.name, value, reason);
  return suspects.length;
}

/** The same for an unknown tag, whose whole value may be a bare URL. */
export function reportUnknownTag(tag: TagToken, into: ReferenceCollector): void {
  if (tag.value === '' || reportLookalikes(tag, readAttributes(tag.value), into) > 0) return;
  if (looksLikeUrl(tag.value)) into.keep(tag.line, tag.name, tag.value, reason);
}

/** Reports URLs in the free text of EXTINF, where channel lists keep addresses of logos: `tvg-logo="https://…"`. */
export function reportTitleAddresses(tag: TagToken, into: ReferenceCollector): void {
  if (!tag.value.includes('="')) return;
  for (const [, value = ''] of tag.value.matchAll(/="([^"]*)"/g)) {
    if (looksLikeUrl(value)) into.keep(tag.line, tag.name, value, 'text of a title: not copied');
  }
}

/** A URL with a host, or a text that contains one. */
function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/|https?:\/\/|^\/\/[a-z0-9-]+\.[a-z0-9.-]+/i.test(text);
}
