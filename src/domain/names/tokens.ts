import { defaultSessionPatterns } from './session-forms.ts';

/** The parts of URLs that belong to a session or a grant: new for each viewer, each request or each week. */
export interface TokenRules {
  /** Names of query parameters, in lower case; `*` at the end matches any rest. */
  readonly tokenParameters: readonly string[];
  /**
   * Regular expressions (ECMAScript, case ignored) over the path, as it is spelled in the URL. What the first group
   * matches is such a part, or the whole match where there is no group. Absent in libraries that were begun without.
   */
  readonly sessionPatterns?: readonly string[];
}

/** Parameters by which common CDNs and stores sign URLs, and by which servers and players name sessions. */
export const defaultTokenParameters: readonly string[] = [
  'x-amz-*', 'x-goog-*', 'signature', 'policy', 'key-pair-id', 'expires', 'googleaccessid', 'awsaccesskeyid',
  'token', 'access_token', 'auth', 'auth_key', 'jwt', 'sig', 'se', 'sp', 'sv', 'sr', 'st', 'spr', 'skoid', 'sktid', 'skt', 'ske', 'sks', 'skv',
  'hdnea', 'hdnts', 'hdntl', '__token__', 'verify', 'validfrom', 'validto', 'exp', 'hmac', 'md5', 'secure',
  'wmsauthsign', 'wowzatoken*', 'wowzasessionid', 'nimblesessionid', 'hls_ctx', 'aws.sessionid', 'x-playback-session-id',
  'session', 'sessionid', 'session_id', 'sid', 'phpsessid', 'jsessionid', '_', 'cb',
]; // prettier-ignore

/** The rules of a new library for which nobody said more. */
export const defaultTokenRules: TokenRules = {
  tokenParameters: defaultTokenParameters,
  sessionPatterns: defaultSessionPatterns,
};

/** A part of a URL that counts as a token. */
export interface TokenPart {
  /** Name of the parameter in lower case, or the pattern that the part of the path matched. */
  readonly name: string;
  /** As it is spelled. */
  readonly text: string;
}

/** A URL taken apart. */
interface Dissected {
  /** The path without tokens, and the query without its question mark and tokens. Their spelling is kept. */
  readonly pathname: string;
  readonly search: string;
  readonly tokens: readonly TokenPart[];
}

/** Whether a URL could have tokens. Cheap, to leave out what costs more. */
export function mayHaveTokens(url: string, { sessionPatterns = [] }: TokenRules): boolean {
  if (url.includes('?')) return true;
  // A pattern may say where a path begins.
  return mayMatch(url.slice(url.indexOf('/', url.indexOf('//') + 2)), sessionPatterns);
}

/** The tokens of a URL. */
export function tokensOf(url: URL, rules: TokenRules): readonly TokenPart[] {
  return dissect(url, rules).tokens;
}

/**
 * The URL without fragment and without what only grants access or belongs to a session; what is left keeps its spelling,
 * which origins may insist on.
 */
export function withoutTokens(url: URL, rules: TokenRules): URL {
  const { pathname, search } = dissect(url, rules);
  const plain = new URL(url.href);
  // Each assignment parses the URL anew, and most URLs have nothing to take out.
  if (plain.href.includes('#')) plain.hash = '';
  if (plain.username !== '') plain.username = '';
  if (plain.password !== '') plain.password = '';
  if (pathname !== plain.pathname) plain.pathname = pathname;
  if (plain.href.includes('?')) plain.search = search;
  return plain;
}

/** A URL without tokens, and whether it had some: what grants access, or belongs to a session. */
export function storedUrl(url: string, rules: TokenRules): { readonly href: string; readonly hasTokens: boolean } {
  const given = new URL(url);
  if (given.href.includes('#')) given.hash = '';
  const { href } = withoutTokens(given, rules);
  return { href, hasTokens: href !== given.href };
}

/** With a host, and with neither user information nor fragment. */
const plainUrl = /^(?:https?|(file|s3)):\/\/[^/?#@]*(\/[^?#@]*)(?:\?([^#@]*))?$/;

/** `withoutTokens` for a URL as `URL.href` spells it. Nearly all need not be parsed for that. */
export function hrefWithoutTokens(href: string, rules: TokenRules): string {
  const { tokenParameters, sessionPatterns = [] } = rules;
  const [, own, path, query] = plainUrl.exec(href) ?? [];
  if (path === undefined || (own === undefined && mayMatch(path, sessionPatterns))) {
    return withoutTokens(new URL(href), rules).href;
  }
  if (query === undefined) return href;
  const kept = keptOf(query, tokenParameters);
  const place = href.slice(0, -1 - query.length);
  // A question mark at the beginning is lost where a query is assigned to a URL.
  return kept === '' ? place : `${place}?${kept.replace(/^\?/, '')}`;
}

/**
 * A URL for messages: without user information, query and fragment, which may hold secrets, and without grants in the
 * path of the forms that are known. `url.origin` is `null` for `file:` and `s3:`.
 */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}${isOwn(url) ? url.pathname : withoutGrants(url.pathname)}`;
}

/** Whoever holds the files has no sessions. */
function isOwn({ protocol }: URL): boolean {
  return protocol === 'file:' || protocol === 's3:';
}

/** A path without grants of the forms that are known. */
export function withoutGrants(path: string): string {
  return cutAll(path, defaultSessionPatterns);
}

/** A text for people without the tokens in the paths of the http(s) URLs that it names. */
export function textWithoutTokens(text: string, { sessionPatterns = [] }: TokenRules): string {
  return text.replaceAll(/(?<=https?:\/\/[^\s/?#]+)\/[^\s?#]*/gi, (path) => cutAll(path, sessionPatterns));
}

function dissect(url: URL, { tokenParameters, sessionPatterns = [] }: TokenRules): Dissected {
  const tokens: TokenPart[] = [];
  const patterns = isOwn(url) ? [] : sessionPatterns;
  const pathname = cutAll(url.pathname, patterns, (token) => tokens.push(token));
  const search = keptOf(url.search.slice(1), tokenParameters, (token) => tokens.push(token));
  return { pathname, search, tokens };
}

/** What is left of a query without tokens. */
function keptOf(query: string, tokenParameters: readonly string[], onToken?: (token: TokenPart) => void): string {
  const isToken = tokenTest(tokenParameters);
  const kept: string[] = [];
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const name = nameOf(pair).toLowerCase();
    if (isToken(name)) onToken?.({ name, text: pair });
    else kept.push(pair);
  }
  return kept.join('&');
}

/** Takes out of a path what patterns match, one after the other. */
function cutAll(path: string, patterns: readonly string[], onToken?: (token: TokenPart) => void): string {
  if (!mayMatch(path, patterns)) return path;
  return patterns.reduce((rest, pattern) => cut(rest, pattern, (text) => onToken?.({ name: pattern, text })), path);
}

/** Takes out of a path what a pattern matches. */
function cut(path: string, pattern: string, onPart: (text: string) => void): string {
  const expression = compiled(pattern);
  if (path.search(expression) < 0) return path;
  let kept = '';
  let end = 0;
  for (const match of path.matchAll(expression)) {
    const [from, to] = match.indices?.[1] ?? [match.index, match.index + match[0].length];
    if (from === to || from < end) continue;
    kept += path.slice(end, from);
    onPart(path.slice(from, to));
    end = to;
  }
  return kept + path.slice(end);
}

/** Whether a pattern could match in a path. Nearly all paths end here. */
function mayMatch(path: string, patterns: readonly string[]): boolean {
  return patterns.length > 0 && anyOf(patterns).test(path);
}

/** Matches where one of the patterns does, and everywhere if some refer to their groups, which would be others here. */
const anyOf = onceFor((patterns) => {
  const hasReferences = patterns.some((pattern) => /\\[1-9k]|\(\?<[^=!]/.test(pattern));
  return new RegExp(hasReferences ? '' : patterns.map((pattern) => `(?:${pattern})`).join('|'), 'i');
});

const expressions = new Map<string, RegExp>();

/** @throws {SyntaxError} for a pattern that is no regular expression; options are checked when they are read */
function compiled(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern, 'dgi');
  expressions.set(pattern, known);
  return known;
}

function nameOf(pair: string): string {
  // Nearly all names stand as they are, and parsing them costs more.
  const plain = /^[\w.~-]+(?==|$)/.exec(pair);
  if (plain) return plain[0];
  return [...new URLSearchParams(pair).keys()][0] ?? '';
}

/** Tells by its name in lower case whether a parameter is a token. */
const tokenTest = onceFor((tokenParameters) => {
  const names = new Set(tokenParameters);
  const beginnings = tokenParameters.filter((token) => token.endsWith('*')).map((token) => token.slice(0, -1));
  return (name: string): boolean => names.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
});

/** What is made of a list of rules, made when it is first needed. */
function onceFor<T extends object>(make: (rules: readonly string[]) => T): (rules: readonly string[]) => T {
  const made = new WeakMap<readonly string[], T>();
  return (rules) => {
    const known = made.get(rules);
    if (known) return known;
    const value = make(rules);
    made.set(rules, value);
    return value;
  };
}
