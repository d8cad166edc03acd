import { toRanges } from '../domain/index-ranges.ts';
import type { Rendition } from '../domain/progress/live-view.ts';
import type { PlannedDocument } from '../domain/revision.ts';
import { attributeValues } from './attributes.ts';
import { tokenize } from './tokenizer.ts';
import type { TagToken } from './tokenizer.ts';

/** Stands for the destination, which is not known here: only relative URIs matter. */
const destination = 'https://destination.invalid/';

/** Tags by which a media playlist names files beside its segments. */
const fileTags: ReadonlySet<string> = new Set(['EXT-X-MAP', 'EXT-X-KEY']);

/**
 * The renditions of a presentation: its media playlists in the order of its documents, with what they are called in the
 * multivariant playlist and the files that they name.
 *
 * @param keys - of the files, by index
 */
export function renditionsOf(documents: readonly PlannedDocument[], keys: readonly string[]): readonly Rendition[] {
  const indices = new Map(keys.map((key, index) => [key, index]));
  const named = new Map<string, Pick<Rendition, 'name' | 'kind'>>();
  for (const document of documents) {
    if (document.role !== 'multivariant-playlist') continue;
    for (const [key, words] of renditionsNamedIn(document)) if (!named.has(key)) named.set(key, words);
  }
  return documents
    .filter(({ role }) => role === 'media-playlist')
    .map((document) => {
      const { key } = document;
      const found = filesNamedIn(document).flatMap((file) => indices.get(file) ?? []);
      return { key, ...(named.get(key) ?? { name: lastPart(key), kind: 'other' }), files: toRanges(found) };
    });
}

function* renditionsNamedIn(document: PlannedDocument): Generator<[string, Pick<Rendition, 'name' | 'kind'>]> {
  let variant: TagToken | undefined;
  for (const token of tokenize(new TextDecoder().decode(document.body))) {
    if (token.kind === 'uri') {
      const key = keyOf(token.value, document);
      if (variant && key !== undefined) yield [key, { name: variantName(variant), kind: 'video' }];
      variant = undefined;
    } else if (token.kind === 'tag' && token.name === 'EXT-X-STREAM-INF') {
      variant = token;
    } else if (token.kind === 'tag') {
      const uri = attributeValues(token.value).get('URI');
      const key = uri === undefined ? undefined : keyOf(uri, document);
      if (key === undefined) continue;
      if (token.name === 'EXT-X-MEDIA') yield [key, mediaWords(token)];
      if (/^EXT-X-I(?:-FRAME|MAGE)-STREAM-INF$/.test(token.name)) {
        yield [key, { name: `still images, ${variantName(token)}`, kind: 'iframes' }];
      }
    }
  }
}

function filesNamedIn(document: PlannedDocument): readonly string[] {
  const keys: string[] = [];
  for (const token of tokenize(new TextDecoder().decode(document.body))) {
    const uri =
      token.kind === 'uri'
        ? token.value
        : token.kind === 'tag' && fileTags.has(token.name)
          ? attributeValues(token.value).get('URI')
          : undefined;
    const key = uri === undefined ? undefined : keyOf(uri, document);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

/** Undefined for what is outside the destination. */
function keyOf(uri: string, { key }: PlannedDocument): string | undefined {
  const base = destination + key.split('/').map(encodeURIComponent).join('/');
  const url = URL.parse(uri, base);
  if (!url?.href.startsWith(destination)) return undefined;
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch {
    return undefined;
  }
}

/** RFC 8216 section 4.3.4.2. */
function variantName(tag: TagToken): string {
  const attributes = attributeValues(tag.value);
  const bitsPerSecond = Number(attributes.get('AVERAGE-BANDWIDTH') ?? attributes.get('BANDWIDTH'));
  const rate = bitsPerSecond > 0 ? `${(bitsPerSecond / 1_000_000).toPrecision(2)} Mbit/s` : undefined;
  return [attributes.get('RESOLUTION'), rate].filter((part) => part !== undefined).join(', ') || 'variant';
}

/** RFC 8216 section 4.3.4.1. */
function mediaWords(tag: TagToken): Pick<Rendition, 'name' | 'kind'> {
  const attributes = attributeValues(tag.value);
  const type = attributes.get('TYPE')?.toLowerCase() ?? '';
  const name = attributes.get('NAME') ?? attributes.get('LANGUAGE');
  const kind = type === 'audio' || type === 'video' || type === 'subtitles' ? type : 'other';
  return { name: name === undefined ? type : `${type}: ${name}`, kind };
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
