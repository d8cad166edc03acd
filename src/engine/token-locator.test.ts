import { beforeEach, describe, expect, it } from 'vitest';
import type { VideoId } from '../domain/video.ts';
import type { RevisionHeader } from '../domain/revision.ts';
import { createTokenLocator } from './token-locator.ts';
import type { Locator } from '../storage/locator.ts';
import { FetchUrls } from '../crawler/fetch-urls.ts';
import { GrantCache } from './grant-cache.ts';

const plan = 'https://cdn.example/seg.ts';
const { signal } = new AbortController();

describe('a locator', () => {
  let now: number;
  /** Videos whose playlists were read, in order. */
  let reads: VideoId[];
  let digest: string;

  beforeEach(() => {
    now = 1_000;
    reads = [];
    digest = 'r';
  });

  /** Each reading gives a token of its own to each of so many files. */
  const open = (grants = new GrantCache(), { urls = 1, hasTokens = true, hasCookies = false } = {}): Locator =>
    createTokenLocator({
      replan: async (video) => {
        reads.push(video);
        const urlOf = (index: number): string => `${plan}?token=${reads.length}${index === 0 ? '' : `.${index}`}`;
        const cookie = `grant=${reads.length}`;
        return {
          digest,
          fetchUrls: new FetchUrls(Array.from({ length: urls }, (_, index) => [index, plan, urlOf(index)])),
          ...(hasCookies ? { cookieFor: () => cookie } : {}),
        };
      },
      journal: { revision: async () => ({ hasTokens, ...(hasCookies ? { hasCookies } : {}) }) as RevisionHeader },
      grants,
      now: () => now,
    });
  const urlOf = async (locator: Locator, expiredAt?: number): Promise<string | undefined> =>
    (await locator.load('v', 'r', { signal, ...(expiredAt === undefined ? {} : { expiredAt }) }))?.locate(0, plan);

  it('reads the playlists once for all that do not complain', async () => {
    const locator = open();
    expect(await urlOf(locator)).toBe(`${plan}?token=1`);
    now += 1_000_000;
    expect(await urlOf(locator)).toBe(`${plan}?token=1`);
    expect(reads).toEqual(['v']);
  });

  it('reads them again when what it knows has run out, once for all that say so', async () => {
    const locator = open();
    const known = await locator.load('v', 'r', { signal });
    now += 1_000;
    expect(await urlOf(locator, 1_500)).toBe(`${plan}?token=2`);
    expect(await urlOf(locator, 1_400)).toBe(`${plan}?token=2`);
    expect(await urlOf(locator)).toBe(`${plan}?token=2`);
    expect(known?.locate(0, plan)).toBe(`${plan}?token=1`);
  });

  it('knows nothing newer by a clock that is behind', async () => {
    const locator = open();
    await urlOf(locator);
    expect(await urlOf(locator, 9_000)).toBe(`${plan}?token=2`);
    expect((await locator.load('v', 'r', { signal, expiredAt: 9_000 }))?.readAt).toBeGreaterThan(9_000);
    expect(reads).toHaveLength(2);
  });

  it('takes what a crawl has read, until that has run out', async () => {
    const grants = new GrantCache();
    const locator = open(grants);
    grants.put('v', { revision: 'r', fetchUrls: new FetchUrls([[0, plan, `${plan}?token=crawled`]]), readAt: now });
    expect(await urlOf(locator)).toBe(`${plan}?token=crawled`);
    expect(await urlOf(locator, now)).toBe(`${plan}?token=1`);
  });

  it('reads the playlists of a plan with cookies for these, and again when they have run out', async () => {
    const locator = open(undefined, { urls: 0, hasTokens: false, hasCookies: true });
    const first = await locator.load('v', 'r', { signal });
    expect([first?.locate(0, plan), first?.cookieFor(plan)]).toEqual([plan, 'grant=1']);
    expect((await locator.load('v', 'r', { signal }))?.cookieFor(plan)).toBe('grant=1');
    expect((await locator.load('v', 'r', { signal, expiredAt: now }))?.cookieFor(plan)).toBe('grant=2');
    expect(reads).toHaveLength(2);
  });

  it('reads no playlists of a plan without tokens, unless its URLs were refused', async () => {
    const locator = open(undefined, { hasTokens: false });
    expect(await urlOf(locator)).toBe(plan);
    expect(reads).toEqual([]);
    expect(await urlOf(locator, now)).toBe(`${plan}?token=1`);
  });

  it('says when the source has another plan', async () => {
    const locator = open();
    digest = 'another';
    expect(await locator.load('v', 'r', { signal })).toBeUndefined();
    digest = 'r';
    expect(await urlOf(locator)).toBe(`${plan}?token=2`);
  });

  it('lets go of what was used longest ago where URLs take too much memory, and never of the latest', async () => {
    const load = async (locator: Locator, ...videos: readonly VideoId[]): Promise<readonly VideoId[]> => {
      reads = [];
      for (const video of videos) await locator.load(video, 'r', { signal });
      return reads;
    };
    const bytes = new FetchUrls([[0, plan, `${plan}?token=1.1`]]).bytes;
    const grants = new GrantCache({ maxVideos: 10, maxBytes: 10 * bytes });
    const locator = open(grants, { urls: 4 });
    expect(await load(locator, 'a', 'b', 'a')).toEqual(['a', 'b']);
    expect(await load(locator, 'c', 'a', 'b'), 'b made room for c').toEqual(['c', 'b']);
    grants.forget('b');
    expect(await load(locator, 'a', 'd', 'a')).toEqual(['d']);
    const small = open(new GrantCache({ maxVideos: 10, maxBytes: 3 * bytes }), { urls: 4 });
    expect(await load(small, 'a', 'a', 'b', 'b')).toEqual(['a', 'b']);
    const few = open(new GrantCache({ maxVideos: 2, maxBytes: 100 * bytes }));
    expect(await load(few, 'a', 'b', 'c', 'b', 'a')).toEqual(['a', 'b', 'c', 'a']);
  });
});
