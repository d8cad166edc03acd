import type { QueryFindings } from '../domain/revision.ts';
import { hrefWithoutTokens, withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { urlOrigin } from '../domain/names/url-origin.ts';
import type { Presentation } from '../hls/presentation.ts';
import { patternOf } from './session-pattern.ts';
import { changedPart } from './changed-part.ts';

/** What is new in the names of a presentation at each reading, beside the parts that are known. */
export interface UnstableNames {
  /** Lower case. */
  readonly tokenParameters?: readonly string[];
  /** As `TokenRules.sessionPatterns`. */
  readonly sessionPatterns?: readonly string[];
}

/** Finds out whether the names that an origin gives out stay the same from one reading to the next. */
export interface NameProbe {
  /**
   * What is new at each reading. An origin is asked once; where nothing changes, that is one more reading of its first
   * presentation, and otherwise two. A later presentation with names like those that change is read once more, since
   * its own may stay the same.
   *
   * @param again - reads the same presentation once more
   */
  of(presentation: Presentation, again: () => Promise<Presentation>, rules: TokenRules): Promise<UnstableNames>;
}

/** Origins that are remembered. Those asked about longest ago are asked again. */
const maxOrigins = 1000;

/** Creates a probe that remembers what it found out. */
export function createNameProbe(): NameProbe {
  const origins = new Map<string, Promise<UnstableNames>>();
  return {
    async of(presentation, again, rules) {
      const origin = originOf(presentation);
      const learned = origins.get(origin);
      const known = learned ?? readAgain(presentation, again, rules);
      origins.delete(origin);
      origins.set(origin, known);
      for (const oldest of origins.keys()) {
        if (origins.size <= maxOrigins) break;
        origins.delete(oldest);
      }
      if (learned) return holds(await learned.catch(() => ({})), presentation, again, rules);
      try {
        return await known;
      } catch {
        // A playlist that is given out once only can be copied all the same, and another one may tell more.
        origins.delete(origin);
        return {};
      }
    },
  };
}

/** What was learned of another presentation, where this one has such names and they change too. */
async function holds(
  learned: UnstableNames,
  presentation: Presentation,
  again: () => Promise<Presentation>,
  rules: TokenRules,
): Promise<UnstableNames> {
  if (!learned.tokenParameters && !learned.sessionPatterns) return {};
  const known = withUnstable(rules, learned);
  const names = plainNames(namesOf(presentation), rules);
  if (plainNames(namesOf(presentation), known) === names) return {};
  const others = await again().then(namesOf, () => undefined);
  return others && plainNames(others, rules) === names ? {} : learned;
}

async function readAgain(
  first: Presentation,
  again: () => Promise<Presentation>,
  rules: TokenRules,
): Promise<UnstableNames> {
  const [one, two] = [namesOf(first), namesOf(await again())];
  if (compare(one, two, rules) === undefined) return {};
  // What changed but once was changed by somebody.
  return compareAll([one, two, namesOf(await again())], rules);
}

/** What is new in each of three readings. Nothing where they differ in more than can be told. */
function compareAll(readings: readonly (readonly string[])[], rules: TokenRules): UnstableNames {
  const [one = [], two = [], three = []] = readings;
  const found = [compare(one, two, rules), compare(two, three, rules)];
  const [first, second] = found;
  if (!first || !second) return {};
  const tokenParameters = first.parameters.filter((name) => second.parameters.includes(name));
  const parts = [...first.parts, ...second.parts];
  const pattern = parts.length === 0 ? undefined : patternOf(readings.flat(), parts);
  const learned: UnstableNames = {
    ...(tokenParameters.length > 0 ? { tokenParameters } : {}),
    ...(pattern === undefined ? {} : { sessionPatterns: [pattern] }),
  };
  const known = withUnstable(rules, learned);
  const [same, ...others] = readings.map((names) => plainNames(names, known));
  return others.every((names) => names === same) ? learned : {};
}

/** The rules of a library, and what was learned about one presentation. */
export function withUnstable<R extends TokenRules>(rules: R, unstable: UnstableNames): R {
  const { tokenParameters = [], sessionPatterns = [] } = mergeUnstable(rules, unstable);
  return { ...rules, tokenParameters, ...(sessionPatterns.length > 0 ? { sessionPatterns } : {}) };
}

/** What one or the other has learned. */
export function mergeUnstable(one: UnstableNames, other: UnstableNames): UnstableNames {
  const union = (a: readonly string[] = [], b: readonly string[] = []): readonly string[] => [...new Set([...a, ...b])];
  const tokenParameters = union(one.tokenParameters, other.tokenParameters);
  const sessionPatterns = union(one.sessionPatterns, other.sessionPatterns);
  return {
    ...(tokenParameters.length > 0 ? { tokenParameters } : {}),
    ...(sessionPatterns.length > 0 ? { sessionPatterns } : {}),
  };
}

/** What a plan says was learned when it was made. */
export function unstableNamesOf(findings: QueryFindings = {}): UnstableNames {
  const { tokenParameters, sessionPatterns } = findings;
  return mergeUnstable(
    {},
    { ...(tokenParameters ? { tokenParameters } : {}), ...(sessionPatterns ? { sessionPatterns } : {}) },
  );
}

/** Tells of names that are new at each reading, and how to say so for the whole library. Undefined where there are none. */
export function adviceOn({ tokenParameters = [], sessionPatterns = [] }: UnstableNames): string | undefined {
  const options = [
    ...tokenParameters.map((name) => `--token-params ${name}`),
    ...sessionPatterns.map((pattern) => `--session-pattern '${pattern}'`),
  ];
  return options.length === 0
    ? undefined
    : `its names are new at each reading: keys leave out what changes, as with ${options.join(' ')}`;
}

interface Difference {
  readonly parameters: readonly string[];
  /** One part of the paths in the one reading and in the other; empty where the paths agree. */
  readonly parts: readonly string[];
}

/**
 * What differs throughout between two readings, and nothing else does. Undefined where they are the same, or differ in
 * more than that.
 */
function compare(one: readonly string[], two: readonly string[], rules: TokenRules): Difference | undefined {
  if (one.length !== two.length) return undefined;
  const parameters = new Set<string>();
  const parts = new Map<string, string>();
  for (const [index, name] of one.entries()) {
    const other = two[index] ?? '';
    // Nearly all names stay the same.
    if (name === other) continue;
    const [a, b] = [withoutTokens(new URL(name), rules), withoutTokens(new URL(other), rules)];
    if (a.href === b.href) continue;
    if (urlOrigin(a) !== urlOrigin(b)) return undefined;
    const changed = changedParameters(a, b);
    if (!changed) return undefined;
    for (const parameter of changed) parameters.add(parameter);
    const part = changedPart(a.pathname, b.pathname);
    if (part === 'other' || (part && (parts.get(part[0]) ?? part[1]) !== part[1])) return undefined;
    if (part) parts.set(...part);
  }
  const isOnePart = parts.size <= 1;
  return isOnePart && parts.size + parameters.size > 0
    ? { parameters: [...parameters], parts: [...parts].flat() }
    : undefined;
}

/** Names of the parameters that have other values. Undefined where the URLs have not the same parameters. */
function changedParameters(a: URL, b: URL): readonly string[] | undefined {
  const [one, two] = [[...a.searchParams], [...b.searchParams]];
  if (one.length !== two.length || one.some(([name], at) => two[at]?.[0] !== name)) return undefined;
  return one.flatMap(([name, value], at) => (two[at]?.[1] === value ? [] : [name.toLowerCase()]));
}

/** The names without tokens, as one text. */
function plainNames(names: readonly string[], rules: TokenRules): string {
  return names.map((name) => hrefWithoutTokens(name, rules)).join('\n');
}

/** The names that an origin gave out, in order. */
function namesOf({ documents, files }: Presentation): readonly string[] {
  return [...documents, ...files].map(({ keyUrl }) => keyUrl);
}

function originOf({ documents }: Presentation): string {
  return urlOrigin(new URL(documents.at(-1)?.keyUrl ?? 'about:blank'));
}
