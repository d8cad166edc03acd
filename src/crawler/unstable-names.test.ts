import { describe, expect, it } from 'vitest';
import { mediaPlaylist, variants, walkSite } from '../../test/hls/site.ts';
import { defaultTokenRules, withoutTokens } from '../domain/names/tokens.ts';
import type { Presentation } from '../hls/presentation.ts';
import { createNameProbe, withUnstable } from './unstable-names.ts';
import type { UnstableNames } from './unstable-names.ts';

const home = 'https://cdn.example';

/** A presentation of two renditions whose names are made of a session. */
type Names = (session: string, place: 'low' | 'high' | '0' | '1') => string;
const presentation = async (names: Names, session: string): Promise<Presentation> => {
  const at = (place: Parameters<Names>[1]): string => names(session, place);
  const root = `${home}/v/master.m3u8`;
  const media = (...lines: readonly string[]): string => mediaPlaylist('#EXT-X-MAP:URI="/init.mp4"', ...lines);
  return walkSite(root, {
    [root]: variants(at('low'), at('high')),
    [new URL(at('low'), root).href]: media(at('0'), at('1')),
    [new URL(at('high'), root).href]: media(at('0'), at('1')),
  });
};
const suffix = (place: string): string => (/\d/.test(place) ? `${place}.ts` : `${place}.m3u8`);

/** What is learned from readings with these sessions, and how many of them it took. */
async function learn(names: Names, sessions: readonly string[]): Promise<{ learned: UnstableNames; readings: number }> {
  let readings = 1;
  const first = await presentation(names, sessions[0] ?? '');
  const again = (): Promise<Presentation> => presentation(names, sessions[readings++] ?? '');
  return { learned: await createNameProbe().of(first, again, defaultTokenRules), readings };
}

const sessions = ['8f02aa', '01b3c7', 'ffe210'];

describe('names that are read again', () => {
  it('are stable where nothing changes, which takes one more reading', async () => {
    expect(await learn((_, place) => suffix(place), sessions)).toEqual({ learned: {}, readings: 2 });
  });

  it('are stable where a form changes that is known', async () => {
    const names: Names = (session, place) =>
      suffix(place).replace(/^(\d)/, `media_w${Number.parseInt(session, 16)}_$1`);
    expect(await learn(names, sessions)).toEqual({ learned: {}, readings: 2 });
  });

  it.each<[string, Names]>([
    ['a word in file names', (session, place) => `x-${session}_${suffix(place)}`],
    ['a word at the end', (session, place) => suffix(place).replace('.', `-${session}.`)],
    ['a folder', (session, place) => `/live/${session}/${suffix(place)}`],
    ['a folder and a word', (session, place) => `/s/${session}/v/${session}-${suffix(place)}`],
    ['a word in a folder', (session, place) => `/v~${session}/${suffix(place)}`],
  ])('and have %s that changes are one presentation', async (_, names) => {
    const { learned, readings } = await learn(names, sessions);
    expect(readings).toBe(3);
    expect(learned.sessionPatterns).toHaveLength(1);
    const stable = async (session: string): Promise<readonly string[]> => {
      const { documents, files } = await presentation(names, session);
      const rules = withUnstable(defaultTokenRules, learned);
      return [...documents, ...files].map(({ keyUrl }) => withoutTokens(new URL(keyUrl), rules).href);
    };
    const [one, two] = [await stable('8f02aa'), await stable('777777')];
    expect(one).toEqual(two);
    expect(new Set(one).size).toBe(6);
    expect(one.join(' ')).not.toContain('8f02aa');
  });

  it('and have a parameter that changes are one presentation', async () => {
    const { learned } = await learn((session, place) => `${suffix(place)}?q=1&Visit=${session}`, sessions);
    expect(learned).toEqual({ tokenParameters: ['visit'] });
  });

  it.each<[string, Names, readonly string[]]>([
    ['changed once', (session, place) => `${session}/${suffix(place)}`, ['v1', 'v2', 'v2']],
    ['differ in two parts', (session, place) => `${session}/${suffix(place)}-${session}x`, ['aa', 'bb', 'cc']],
    ['changed in part', (session, place) => (place === '1' ? `${session}.ts` : suffix(place)), ['a', 'a', 'b']],
  ])('but %s are none', async (_, names, changing) => {
    expect((await learn(names, changing)).learned).toEqual({});
  });

  it('are asked for once an origin', async () => {
    const probe = createNameProbe();
    let readings = 0;
    const names: Names = (_, place) => suffix(place);
    const again = (): Promise<Presentation> => {
      readings++;
      return presentation(names, '');
    };
    for (let video = 0; video < 3; video++) await probe.of(await presentation(names, ''), again, defaultTokenRules);
    expect(readings).toBe(1);
  });

  it('are what was learned of another presentation only where they change too', async () => {
    const names: Names = (session, place) => `${session}-${suffix(place)}`;
    const probe = createNameProbe();
    const read = async (fixed?: string): Promise<UnstableNames> => {
      let readings = 0;
      const next = (): Promise<Presentation> => presentation(names, fixed ?? sessions[readings++] ?? '');
      return probe.of(await next(), next, defaultTokenRules);
    };
    const learned = await read();
    expect(learned.sessionPatterns).toHaveLength(1);
    expect(await read()).toEqual(learned);
    expect(await read('c0ffee')).toEqual({});
  });

  it('and begin with what changes have folders that are left as they are', async () => {
    const { learned } = await learn((session, place) => `${session}-${suffix(place)}`, sessions);
    const rules = withUnstable(defaultTokenRules, learned);
    const plain = (path: string): string => withoutTokens(new URL(home + path), rules).pathname;
    expect(plain('/v/c0ffee-1.ts')).toBe('/v/-1.ts');
    expect(plain('/c0ffee/1.ts')).toBe('/c0ffee/1.ts');
  });

  it('that can be read once only are taken as they are', async () => {
    const probe = createNameProbe();
    const first = await presentation((_, place) => suffix(place), '');
    expect(await probe.of(first, () => Promise.reject(new Error('gone')), defaultTokenRules)).toEqual({});
  });
});
