import { attributeValues } from './attributes.ts';
import type { TagToken, Token } from './tokenizer.ts';

/** A variant of a multivariant playlist with the lines that name it. */
interface Variant {
  readonly lines: readonly Token[];
  readonly pathway: string;
  /** What a player chooses by. Equal for variants that differ in nothing but where they come from. */
  readonly likeness: string;
  /** Rendition groups, as `groupOf` names them. */
  readonly groups: readonly string[];
}

/** rfc8216bis section 4.4.6.2.1: where an attribute is absent. */
const defaultPathway = '.';
/** Of a variant: which rendition groups it goes with, as TYPE and GROUP-ID of EXT-X-MEDIA say. */
const groupAttributes = ['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS'];
/** What differs between pathways that give the same. */
const placeAttributes: ReadonlySet<string> = new Set(['URI', 'PATHWAY-ID', 'GROUP-ID', ...groupAttributes]);

/**
 * The lines by which a steered playlist names other pathways: the same variants and renditions once more, from other hosts.
 * A pathway that has anything which the one to begin with lacks is none of these.
 *
 * @param first - PATHWAY-ID of EXT-X-CONTENT-STEERING
 * @returns lines of EXT-X-STREAM-INF with their URIs, of EXT-X-I-FRAME-STREAM-INF, and of EXT-X-MEDIA in groups of theirs alone
 */
export function redundantPathways(tokens: readonly Token[], first: string | undefined): ReadonlySet<Token> {
  const tags = tokens.filter((token): token is TagToken => token.kind === 'tag');
  const media = tags.filter(({ name }) => name === 'EXT-X-MEDIA');
  const variants = variantsIn(tokens, media);
  const pathways = Map.groupBy(variants, ({ pathway }) => pathway);
  const begun = first !== undefined && pathways.has(first) ? first : variants[0]?.pathway;
  const own = begun === undefined ? [] : (pathways.get(begun) ?? []);
  const redundant = [...pathways].flatMap(([pathway, its]) => (pathway !== begun && isWithin(its, own) ? its : []));
  if (redundant.length === 0) return new Set();
  const left = new Set(redundant);
  const needed = new Set(variants.filter((variant) => !left.has(variant)).flatMap(({ groups }) => groups));
  const spared = new Set(redundant.flatMap(({ groups }) => groups).filter((group) => !needed.has(group)));
  return new Set([...redundant.flatMap(({ lines }) => lines), ...media.filter((tag) => spared.has(groupOf(tag)))]);
}

function variantsIn(tokens: readonly Token[], media: readonly TagToken[]): readonly Variant[] {
  const likenesses = likenessesOfGroups(media);
  const variants: Variant[] = [];
  let pending: TagToken | undefined;
  for (const token of tokens) {
    if (token.kind === 'uri' && pending) variants.push(variantOf(pending, [pending, token], likenesses));
    if (token.kind === 'uri') pending = undefined;
    if (token.kind !== 'tag') continue;
    if (token.name === 'EXT-X-STREAM-INF') pending = token;
    if (token.name === 'EXT-X-I-FRAME-STREAM-INF') variants.push(variantOf(token, [token], likenesses));
  }
  return variants;
}

/** By group, a number that those share whose renditions differ in nothing but where they come from. */
function likenessesOfGroups(media: readonly TagToken[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const numberOf = (likeness: string): number => {
    const number = numbers.get(likeness) ?? numbers.size;
    numbers.set(likeness, number);
    return number;
  };
  const groups = [...Map.groupBy(media, groupOf)];
  return new Map(groups.map(([group, tags]) => [group, numberOf(JSON.stringify(tags.map(likenessOf).toSorted()))]));
}

function variantOf(tag: TagToken, lines: readonly Token[], likenesses: ReadonlyMap<string, number>): Variant {
  const attributes = attributeValues(tag.value);
  const groups = groupAttributes.flatMap((type) => {
    const id = attributes.get(type);
    return id === undefined || id === 'NONE' ? [] : [`${type} ${id}`];
  });
  return {
    lines,
    pathway: attributes.get('PATHWAY-ID') ?? defaultPathway,
    likeness: JSON.stringify([likenessOf(tag), ...groups.map((group) => likenesses.get(group) ?? '')]),
    groups,
  };
}

/** A tag without what differs from pathway to pathway. */
function likenessOf(tag: TagToken): string {
  const kept = [...attributeValues(tag.value)].filter(([name]) => !placeAttributes.has(name));
  return JSON.stringify([tag.name, kept.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function groupOf(tag: TagToken): string {
  const attributes = attributeValues(tag.value);
  return `${attributes.get('TYPE')} ${attributes.get('GROUP-ID')}`;
}

/** Whether each of these variants is among the others, and as often. */
function isWithin(variants: readonly Variant[], others: readonly Variant[]): boolean {
  const left = new Map<string, number>();
  for (const { likeness } of others) left.set(likeness, (left.get(likeness) ?? 0) + 1);
  return variants.every(({ likeness }) => {
    const count = left.get(likeness) ?? 0;
    left.set(likeness, count - 1);
    return count > 0;
  });
}
