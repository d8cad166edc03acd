import { defaultQueryHashDigits } from '../domain/names/destination-key.ts';
import type { KeyRules } from '../domain/names/destination-key.ts';
import { FlantsError } from '../domain/failure.ts';
import { defaultTokenRules } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { urlOrigin } from '../domain/names/url-origin.ts';
import type { Journal } from '../journal/journal.ts';

const settingName = 'key-rules';

/** Options that decide about keys. */
export interface KeyRuleOptions {
  /** `file:` URL with its final slash. */
  readonly rootUrl?: string;
  /** Beside the usual ones. Lower case. */
  readonly tokenParameters?: readonly string[];
  /** Beside the usual ones. */
  readonly sessionPatterns?: readonly string[];
  /** Lower case. */
  readonly keyParameters?: readonly string[];
}

/**
 * Returns the rules by which keys are derived. They are fixed by the first video that is planned and never change,
 * since a file must keep its place. A run that plans nothing does not fix them (see `saveKeyRules`).
 *
 * @param firstUrls - at least one playlist URL, from which the root of a new library is derived
 * @param options.save - fix new rules at once; if several processes do so at a time, one wins
 * @param options.keepsEmptySegments - of the destination, as a probe found it; new rules take it over
 * @throws {FlantsError} `usage` when the options contradict the rules of the first run
 */
export async function resolveKeyRules(
  journal: Journal,
  options: KeyRuleOptions,
  firstUrls: readonly string[],
  { save = false, keepsEmptySegments = false }: { readonly save?: boolean; readonly keepsEmptySegments?: boolean } = {},
): Promise<KeyRules> {
  let saved = await readKeyRules(journal);
  if (!saved) {
    const { keyParameters = [] } = options;
    const rules: KeyRules = {
      root: options.rootUrl ?? rootOf(firstUrls),
      ...tokenRulesFrom(options),
      ...(keyParameters.length > 0 ? { keyParameters } : {}),
      queryHashDigits: defaultQueryHashDigits,
      ...(keepsEmptySegments ? { keepsEmptySegments } : {}),
    };
    if (!save) return rules;
    saved = (await journal.settle(settingName, rules)) as KeyRules;
  }
  if (options.rootUrl !== undefined && options.rootUrl !== saved.root) {
    throw new FlantsError(
      'usage',
      `--root is ${options.rootUrl}, but this library was begun with ${saved.root}; use another destination, or --state`,
    );
  }
  assertNoneAdded('--token-params', options.tokenParameters, saved.tokenParameters);
  assertNoneAdded('--session-pattern', options.sessionPatterns, saved.sessionPatterns);
  assertNoneAdded('--key-params', options.keyParameters, saved.keyParameters);
  return saved;
}

/** The usual tokens, and those that options name. */
export function tokenRulesFrom(options: Pick<KeyRuleOptions, 'tokenParameters' | 'sessionPatterns'>): TokenRules {
  return {
    tokenParameters: joined(defaultTokenRules.tokenParameters, options.tokenParameters),
    sessionPatterns: joined(defaultTokenRules.sessionPatterns, options.sessionPatterns),
  };
}

function joined(usual: readonly string[] = [], added: readonly string[] = []): readonly string[] {
  return [...new Set([...usual, ...added])];
}

function assertNoneAdded(option: string, names: readonly string[] = [], saved: readonly string[] = []): void {
  const added = names.filter((name) => !saved.includes(name));
  if (added.length === 0) return;
  throw new FlantsError(
    'usage',
    `${option} adds ${added.join(', ')} to what this library was begun with; its keys would change`,
  );
}

/** Fixes the rules, once a video was planned by them. */
export async function saveKeyRules(journal: Journal, rules: KeyRules): Promise<void> {
  await journal.settle(settingName, rules);
}

/** The rules in force. Undefined before the first video. */
export async function readKeyRules(journal: Journal): Promise<KeyRules | undefined> {
  return (await journal.setting(settingName)) as KeyRules | undefined;
}

/** What is left out of URLs in messages and reports. */
export async function tokenRulesOf(journal: Journal): Promise<TokenRules> {
  return (await readKeyRules(journal)) ?? defaultTokenRules;
}

/** The origin or bucket of the first playlist. For local playlists, the deepest folder that holds all of them. */
function rootOf(urls: readonly string[]): string {
  const [first, ...others] = urls.map((url) => new URL(url));
  if (!first) throw new FlantsError('catalogue.unreadable', 'the catalogue names no video that could be copied');
  if (first.protocol !== 'file:') return urlOrigin(first);
  const folders = [first, ...others.filter(({ protocol }) => protocol === 'file:')].map(({ pathname }) =>
    pathname.split('/').slice(0, -1),
  );
  const [shortest = []] = folders.toSorted((a, b) => a.length - b.length);
  const shared = shortest.findIndex((name, depth) => folders.some((folder) => folder[depth] !== name));
  const common = shared < 0 ? shortest : shortest.slice(0, shared);
  return `file://${common.join('/')}/`;
}
