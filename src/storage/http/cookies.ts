import type { Cookie, CookieJar } from 'tough-cookie';
import { KiB, second } from '../../domain/units.ts';

/**
 * Bounds of what one reading of a presentation may be given. RFC 6265 section 6.1 asks for at least as much of a
 * browser, but for the number: access takes a few.
 */
export const cookieLimits = { maxCookies: 32, maxCookieBytes: 4 * KiB } as const;

/** Asking the jar takes 80 µs, and the files of a presentation share a few folders. */
const rememberedMs = 1 * second;
const maxRemembered = 256;

/**
 * Cookies that a source has set, and that go back to it by the rules of RFC 6265: to the host that set them, or to hosts
 * below the domain that it named, never to another site or to a whole public suffix such as `co.uk`.
 */
export class Cookies {
  #jar: CookieJar | undefined;
  /** What is in the jar, the oldest first. */
  readonly #held = new Map<string, Cookie>();
  /** Headers by folder. */
  readonly #remembered = new Map<string, { readonly header: string | undefined; readonly untilMs: number }>();

  /** Takes in the Set-Cookie headers of an answer. Those that are invalid, too large or not for this host are ignored. */
  async receive(headers: string | readonly string[] | undefined, url: URL): Promise<void> {
    if (headers === undefined) return;
    // Most sources set none, and its list of public suffixes is large.
    const { CookieJar } = await import('tough-cookie');
    this.#jar ??= new CookieJar();
    for (const header of typeof headers === 'string' ? [headers] : headers) {
      if (header.length > cookieLimits.maxCookieBytes) continue;
      const cookie = this.#jar.setCookieSync(header, url.href, { ignoreError: true });
      if (cookie) await this.#hold(cookie);
    }
    this.#remembered.clear();
  }

  /** The Cookie header for an http(s) URL. Undefined if there is none. */
  headerFor(url: string): string | undefined {
    if (this.#held.size === 0) return undefined;
    const folder = /^[^?#]*\//.exec(url)?.[0] ?? url;
    const remembered = this.#remembered.get(folder);
    if (remembered && remembered.untilMs > performance.now()) return remembered.header;
    const text = this.#jar?.getCookieStringSync(url);
    const header = text === '' ? undefined : text;
    // RFC 6265 section 5.1.4: unless a cookie's path leads into the folder, its files get the same cookies.
    const { pathname } = new URL(folder);
    if ([...this.#held.values()].some(({ path }) => path?.startsWith(pathname) && path !== pathname)) return header;
    if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
    this.#remembered.set(folder, { header, untilMs: performance.now() + rememberedMs });
    return header;
  }

  async #hold(cookie: Cookie): Promise<void> {
    const id = `${cookie.domain} ${cookie.path} ${cookie.key}`;
    this.#held.delete(id);
    this.#held.set(id, cookie);
    for (const [oldest, { domain, path, key }] of this.#held) {
      if (this.#held.size <= cookieLimits.maxCookies) break;
      this.#held.delete(oldest);
      await this.#jar?.store.removeCookie(domain, path, key);
    }
  }
}
