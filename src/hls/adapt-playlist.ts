import { attributeValues } from './attributes.ts';
import { redundantPathways } from './pathways.ts';
import { atLine } from './reference.ts';
import type { DocumentContext, Refusal, Variables } from './reference.ts';
import { readLine } from './tokenizer.ts';
import type { TagToken, Token, UriToken } from './tokenizer.ts';
import { Definitions } from './variables.ts';

/** A playlist as a server of static files can give it. */
export interface AdaptedPlaylist {
  /** Each with the line that it had before. The same as before where there was nothing to adapt. */
  readonly tokens: readonly Token[];
  /** Variables that playlists named in this one may import. */
  readonly variables: Variables;
  /** What is to be said of content steering, where the playlist had it. */
  readonly steering?: string;
  /** Of parts of a segment that is not there. */
  readonly loosePart?: Refusal;
  readonly refusals: readonly Refusal[];
}

/** What shows that a playlist is, or was, one of a low-latency stream. */
const lowLatencyTags: ReadonlySet<string> = new Set([
  'EXT-X-PART',
  'EXT-X-PRELOAD-HINT',
  'EXT-X-RENDITION-REPORT',
  'EXT-X-PREFETCH',
  'EXT-X-TWITCH-PREFETCH',
]);
/** What means nothing without these. */
const lowLatencySettings: ReadonlySet<string> = new Set(['EXT-X-PART-INF', 'EXT-X-SERVER-CONTROL']);
const steeringTag = 'EXT-X-CONTENT-STEERING';
const steeringProblem = `${steeringTag} would have players ask a server of the source: copies do without it`;
const defineTag = 'EXT-X-DEFINE';

/**
 * Makes of a playlist what can be copied:
 *
 * | tag                                                        | in the copy                                                   |
 * |------------------------------------------------------------|---------------------------------------------------------------|
 * | CONTENT-STEERING                                           | left out: a server of the source would steer players there,   |
 * |                                                            | and with it all pathways but one, where they give the same    |
 * | PART, PRELOAD-HINT, RENDITION-REPORT, PREFETCH, and then   | left out: they name what the segments hold again, what is not |
 * | PART-INF and SERVER-CONTROL                                | there yet, and what the server answers while they grow        |
 * | DEFINE                                                     | left out: `{$name}` is replaced by the value                  |
 *
 * Nothing else holds the media of parts whose segment is not there yet.
 */
export function adaptPlaylist(tokens: readonly Token[], context: DocumentContext): AdaptedPlaylist {
  const tags = tokens.filter((token): token is TagToken => token.kind === 'tag');
  const steering = tags.find(({ name }) => name === steeringTag);
  const isLowLatency = tags.some(({ name }) => lowLatencyTags.has(name));
  const definitions = tags.filter(({ name }) => name === defineTag);
  const variables = new Definitions(definitions, context);
  const isAsItIs = !steering && !isLowLatency && definitions.length === 0;
  const adapted = isAsItIs ? tokens : rejoin(withoutLeftOut(tokens, { steering, isLowLatency }), variables);
  const loosePart = loosePartIn(tokens);
  return {
    tokens: adapted,
    variables,
    ...(steering ? { steering: atLine(context.url, steering.line, steeringProblem) } : {}),
    ...(loosePart ? { loosePart: refusalOf(loosePart, context) } : {}),
    refusals: variables.refusals,
  };
}

function withoutLeftOut(
  tokens: readonly Token[],
  { steering, isLowLatency }: { readonly steering: TagToken | undefined; readonly isLowLatency: boolean },
): readonly Token[] {
  const leftOut = new Set([
    steeringTag,
    defineTag,
    ...(isLowLatency ? [...lowLatencyTags, ...lowLatencySettings] : []),
  ]);
  const redundant = steering && redundantPathways(tokens, attributeValues(steering.value).get('PATHWAY-ID'));
  const isLeftOut = (token: Token): boolean =>
    // RFC 8216 section 4: "Playlist files MUST NOT contain any byte order mark (BOM)".
    token.kind === 'bom' || (token.kind === 'tag' && leftOut.has(token.name)) || redundant?.has(token) === true;
  return tokens.filter((token) => !isLeftOut(token));
}

/** The last part, where no segment follows it. */
function loosePartIn(tokens: readonly Token[]): TagToken | undefined {
  const last = tokens.findLast(
    (token): token is TagToken | UriToken =>
      token.kind === 'uri' || (token.kind === 'tag' && token.name === 'EXT-X-PART'),
  );
  return last?.kind === 'tag' ? last : undefined;
}

function refusalOf({ line, name }: TagToken, { url }: DocumentContext): Refusal {
  return {
    code: 'hls.live',
    line,
    message: atLine(url, line, `${name} names media of a segment that is not there yet`),
  };
}

/** The tokens of a text of these lines, with variables replaced where the standard has them: in URIs and attributes. */
function rejoin(lines: readonly Token[], variables: Definitions): readonly Token[] {
  let at = 0;
  return lines.map((token) => {
    const { eol, line } = token;
    const mayHold = token.kind === 'uri' || (token.kind === 'tag' && token.name !== 'EXTINF');
    const raw = mayHold ? variables.expand(token.raw) : token.raw;
    const placed = readLine({ raw, eol, line, at });
    at += raw.length + eol.length;
    return placed;
  });
}
