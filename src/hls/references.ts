import { readAttributes } from './attributes.ts';
import type { Attribute } from './attributes.ts';
import { readByteRange } from './byte-range.ts';
import type { ByteRange } from './byte-range.ts';
import { ReferenceCollector } from './reference-collector.ts';
import type { UriOccurrence, Use } from './reference-collector.ts';
import { reportLookalikes, reportTitleAddresses, reportUnknownTag } from './unknown-uris.ts';
import type { DocumentContext, References, SegmentCipher, SegmentKey } from './reference.ts';
import type { TagToken, Token, UriToken } from './tokenizer.ts';

/** A playlist names either other playlists or media. RFC 8216 section 4. */
export type PlaylistKind = 'multivariant' | 'media';

/** What lines have said about the URI line still to come. */
interface Pending {
  variant?: TagToken;
  byteRange?: ByteRange;
  gap?: boolean;
}

/** How far a reading has come. */
interface Reading {
  readonly into: ReferenceCollector;
  readonly kind: PlaylistKind;
  readonly segmentRole: 'segment' | 'image';
  readonly rangeEnds: Map<string, number>;
  /** What tags before a segment say of it and of all that follow. */
  cipher: SegmentCipher | undefined;
  key: SegmentKey | undefined;
  /** Media Sequence Number of the next segment. */
  sequence: number;
  hasMap: boolean;
  /** The first range of no bytes is warned of: ffmpeg writes such playlists of I-frames, of nothing else. */
  hasEmptyRange: boolean;
  pending: Pending;
}

type TagReader = (tag: TagToken, reading: Reading) => void;

/**
 * What each tag that names something outside the playlist means to a copy. Every other tag is kept as it is,
 * and what looks like a URI in it is reported.
 *
 * | tag                                                     | meaning                                       |
 * |---------------------------------------------------------|-----------------------------------------------|
 * | STREAM-INF, MEDIA, I-FRAME-STREAM-INF, IMAGE-STREAM-INF | a playlist to follow                          |
 * | MAP                                                     | an initialization section                     |
 * | KEY, SESSION-KEY                                        | a key; of a DRM system: stays outside         |
 * | SESSION-DATA                                            | a file; of chapters, a document                |
 * | BYTERANGE, GAP                                          | about the next media segment                  |
 * | DATERANGE of interstitials                              | an asset of the same host: a playlist to follow; |
 * |                                                         | all else refused: another presentation        |
 * | SKIP                                                    | refused: the rest of a playlist               |
 */
const tagReaders: Readonly<Record<string, TagReader>> = {
  'EXT-X-STREAM-INF': readVariant,
  'EXT-X-MEDIA': readRendition,
  'EXT-X-I-FRAME-STREAM-INF': readInner({ use: 'playlist' }),
  'EXT-X-IMAGE-STREAM-INF': readInner({ use: 'playlist' }),
  'EXT-X-MAP': readMap,
  'EXT-X-KEY': readKey,
  'EXT-X-SESSION-KEY': readKey,
  'EXT-X-SESSION-DATA': readSessionData,
  'EXT-X-DATERANGE': readDateRange,
  EXTINF: (tag, { into }) => reportTitleAddresses(tag, into),
  'EXT-X-BYTERANGE': (tag, reading) => {
    const byteRange = requireByteRange(tag.value, tag, reading);
    if (byteRange) reading.pending.byteRange = byteRange;
  },
  'EXT-X-MEDIA-SEQUENCE': ({ value }, reading) => {
    reading.sequence = Number(value);
  },
  'EXT-X-GAP': (_, reading) => {
    reading.pending.gap = true;
  },
  'EXT-X-SKIP': ({ name, line }, { into }) => {
    into.refuse('hls.live', line, `${name} stands for segments that the server has left out of this answer`);
  },
};

/** Reads what a playlist, adapted for a copy, says about other objects. Total: what cannot be copied is in `refusals`. */
export function readReferences(tokens: readonly Token[], kind: PlaylistKind, context: DocumentContext): References {
  const reading: Reading = {
    into: new ReferenceCollector(context),
    kind,
    segmentRole: tokens.some((token) => token.kind === 'tag' && token.name === 'EXT-X-IMAGES-ONLY')
      ? 'image'
      : 'segment',
    rangeEnds: new Map(),
    cipher: undefined,
    key: undefined,
    sequence: 0,
    hasMap: false,
    hasEmptyRange: false,
    pending: {},
  };
  for (const token of tokens) {
    if (token.kind === 'uri') readUriLine(token, reading);
    else if (token.kind === 'tag') readTag(token, reading);
  }
  if (reading.pending.variant) warnOfLostVariant(reading.pending.variant, reading);
  return reading.into;
}

function readTag(tag: TagToken, reading: Reading): void {
  if (Object.hasOwn(tagReaders, tag.name)) tagReaders[tag.name]?.(tag, reading);
  else reportUnknownTag(tag, reading.into);
}

function readUriLine(line: UriToken, reading: Reading): void {
  const { pending, kind, into } = reading;
  reading.pending = {};
  if (kind === 'media') {
    into.take(occurrenceOfLine(line, 'EXTINF'), segmentUse(line, pending, reading));
    reading.sequence += 1;
  } else if (pending.variant) {
    into.take(occurrenceOfLine(line, 'EXT-X-STREAM-INF'), { use: 'playlist' });
  } else {
    into.keep(line.line, 'URI', line.value, 'no EXT-X-STREAM-INF stands before it: players pass it over');
  }
}

function occurrenceOfLine({ value, valueAt, line }: UriToken, tag: string): UriOccurrence {
  return { uri: value, start: valueAt, end: valueAt + value.length, line, tag };
}

function segmentUse(line: UriToken, { byteRange, gap }: Pending, reading: Reading): Use {
  const { segmentRole, rangeEnds, cipher, key, sequence, hasMap } = reading;
  const use: Use = {
    use: 'file',
    role: segmentRole,
    ...(gap ? { optional: true } : {}),
    ...(cipher ? { cipher } : {}),
    ...(key ? { key } : {}),
    ...(key && key.initialVector === undefined ? { sequence } : {}),
    ...(hasMap ? { hasMap } : {}),
  };
  if (!byteRange) return use;
  const end = (byteRange.offset ?? rangeEnds.get(line.value) ?? 0) + byteRange.length;
  // The sum of ranges that can be counted need not be countable, and not every journal keeps a larger number.
  if (!Number.isSafeInteger(end)) {
    reading.into.refuse('hls.malformed', line.line, 'EXT-X-BYTERANGE ends beyond any object');
    return use;
  }
  rangeEnds.set(line.value, end);
  return { ...use, ...boundOf(byteRange, end) };
}

/** A range of no bytes is in every object. */
function boundOf({ length }: ByteRange, end: number): { readonly minSizeBytes: number } {
  return { minSizeBytes: length === 0 ? 0 : end };
}

function readVariant(tag: TagToken, reading: Reading): void {
  if (reading.pending.variant) warnOfLostVariant(reading.pending.variant, reading);
  reading.pending = { variant: tag };
  reportLookalikes(tag, readAttributes(tag.value), reading.into);
}

function warnOfLostVariant({ line }: TagToken, { into }: Reading): void {
  into.warn(line, 'no URI line follows this EXT-X-STREAM-INF: players pass it over');
}

function readInner(use: Use): TagReader {
  return (tag, { into }) => {
    const attributes = attributesOf(tag);
    takeRequiredUri(tag, attributes, use, into);
    reportLookalikes(tag, attributes.others, into);
  };
}

function readRendition(tag: TagToken, { into }: Reading): void {
  const { uris, others } = attributesOf(tag);
  const isClosedCaptions = valueOf(others, 'TYPE') === 'CLOSED-CAPTIONS';
  const isSubtitles = valueOf(others, 'TYPE') === 'SUBTITLES';
  for (const uri of uris) {
    // RFC 8216 section 4.3.4.1: "If the TYPE is CLOSED-CAPTIONS, the URI attribute MUST NOT be present."
    if (isClosedCaptions)
      into.keep(tag.line, tag.name, uri.value, 'closed captions are in the video: players pass the URI over');
    else into.take(occurrenceOf(tag, uri), { use: isSubtitles ? 'subtitles' : 'playlist' });
  }
  reportLookalikes(tag, others, into);
}

function readMap(tag: TagToken, reading: Reading): void {
  reading.hasMap = true;
  const attributes = attributesOf(tag);
  const written = valueOf(attributes.others, 'BYTERANGE');
  const range = written === undefined ? undefined : requireByteRange(written, tag, reading);
  const bound = range ? boundOf(range, (range.offset ?? 0) + range.length) : {};
  takeRequiredUri(tag, attributes, { use: 'file', role: 'initialization-section', ...bound }, reading.into);
  reportLookalikes(tag, attributes.others, reading.into);
}

/** Methods that leave the container of a segment as it is. RFC 8216 section 4.3.2.4, and rfc8216bis section 4.4.4.4. */
const methodsWithin: ReadonlySet<string> = new Set(['NONE', 'SAMPLE-AES', 'SAMPLE-AES-CTR', 'ISO-23001-7']);

function cipherOf(method: string): SegmentCipher | undefined {
  if (methodsWithin.has(method)) return undefined;
  return method === 'AES-128' ? 'blocks' : 'unknown';
}

/** Undefined where an initialization vector is given that is none. RFC 8216 section 4.3.2.4. */
function segmentKey(url: string, written: string | undefined): SegmentKey | undefined {
  if (written === undefined) return { url };
  const digits = /^0x([0-9a-f]{1,32})$/i.exec(written)?.[1];
  return digits === undefined ? undefined : { url, initialVector: digits.padStart(32, '0') };
}

function readKey(tag: TagToken, reading: Reading): void {
  const { into } = reading;
  const attributes = attributesOf(tag);
  const { uris, others } = attributes;
  const format = valueOf(others, 'KEYFORMAT') ?? 'identity';
  const method = valueOf(others, 'METHOD') ?? '';
  const isOfSegments = tag.name === 'EXT-X-KEY';
  if (isOfSegments) {
    reading.cipher = cipherOf(method);
    reading.key = undefined;
  }
  if (method === 'NONE') {
    for (const { value } of uris) into.keep(tag.line, tag.name, value, 'METHOD=NONE: players pass the URI over');
  } else if (format.toLowerCase() === 'identity') {
    const reason = 'an application makes this key: no copy can hold it';
    // rfc8216bis section 4.4.4.4: AES-256 and AES-256-GCM. All others have keys of 16 bytes.
    const bound = method.startsWith('AES-256') ? { minSizeBytes: 32 } : {};
    const before = into.references.length;
    takeRequiredUri(tag, attributes, { use: 'file', role: 'key', ...bound }, into, reason);
    const url = into.references[before]?.fetchUrl;
    if (isOfSegments && method === 'AES-128' && url !== undefined) reading.key = segmentKey(url, valueOf(others, 'IV'));
  } else {
    for (const { value } of uris) into.keep(tag.line, tag.name, value, `a licence of the DRM system ${format}`);
  }
  reportLookalikes(
    tag,
    others.filter(({ name }) => name !== 'KEYFORMAT'),
    into,
  );
}

function readSessionData(tag: TagToken, { into }: Reading): void {
  const { uris, others } = attributesOf(tag);
  const isChapters = valueOf(others, 'DATA-ID') === 'com.apple.hls.chapters' && valueOf(others, 'FORMAT') !== 'RAW';
  for (const uri of uris)
    into.take(occurrenceOf(tag, uri), isChapters ? { use: 'chapters' } : { use: 'file', role: 'data' });
  reportLookalikes(tag, others, into);
}

/** Interstitials and their like: attributes whose URIs name other presentations, or lists of them. */
const interstitialAttributes = new Set(['X-ASSET-URI', 'X-ASSET-LIST', 'X-URI']);

function readDateRange(tag: TagToken, { into }: Reading): void {
  const attributes = readAttributes(tag.value, tag.valueAt);
  const isApple = valueOf(attributes, 'CLASS')?.startsWith('com.apple.hls.') ?? false;
  const isInterstitial = ({ name }: Attribute): boolean =>
    interstitialAttributes.has(name) && (isApple || name !== 'X-URI');
  for (const attribute of attributes.filter(isInterstitial)) {
    const occurrence = occurrenceOf(tag, attribute);
    if (attribute.name === 'X-ASSET-URI' && into.belongsHere(occurrence.uri)) {
      into.take(occurrence, { use: 'playlist' });
      continue;
    }
    const what = `${attribute.name} names another presentation, of another host or in a list, which is not copied`;
    into.refuseOrReport('hls.interstitial', occurrence, what);
  }
  reportLookalikes(
    tag,
    attributes.filter((attribute) => !isInterstitial(attribute)),
    into,
  );
}

interface TagAttributes {
  /** `URI` attributes that are not empty. */
  readonly uris: readonly Attribute[];
  readonly others: readonly Attribute[];
}

function attributesOf(tag: TagToken): TagAttributes {
  const all = readAttributes(tag.value, tag.valueAt);
  return {
    uris: all.filter(({ name, value }) => name === 'URI' && value.trim() !== ''),
    others: all.filter(({ name }) => name !== 'URI'),
  };
}

function takeRequiredUri(
  tag: TagToken,
  { uris }: TagAttributes,
  use: Use,
  into: ReferenceCollector,
  keptBecause?: string,
): void {
  if (uris.length === 0) into.refuse('hls.malformed', tag.line, `${tag.name} has no URI`);
  for (const uri of uris) {
    into.take(
      occurrenceOf(tag, uri),
      use,
      keptBecause === undefined ? undefined : { foreign: 'kept', reason: keptBecause },
    );
  }
}

function requireByteRange(written: string, tag: TagToken, reading: Reading): ByteRange | undefined {
  const { into } = reading;
  const range = readByteRange(written);
  if (range?.length === 0 && !reading.hasEmptyRange) {
    into.warn(
      tag.line,
      `${tag.name} names a range of no bytes (${written.trim()}): players load the whole object, or fail`,
    );
    reading.hasEmptyRange = true;
  }
  if (!range) into.refuse('hls.malformed', tag.line, `${tag.name} has no byte range that can be read: ${written}`);
  return range;
}

function occurrenceOf({ line, name }: TagToken, { value, start, end }: Attribute): UriOccurrence {
  return { uri: value.trim(), start, end, line, tag: name };
}

function valueOf(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}
