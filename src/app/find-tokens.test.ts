import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Submission } from '../domain/video.ts';
import { createTokenFinder } from './find-tokens.ts';

const keyRules = { root: 'https://h', tokenParameters: ['token'] };
const plain: Submission = { id: 'plain', playlistUrl: 'https://h/plain.m3u8' };
const tokened: Submission = { id: 'tokened', playlistUrl: 'https://h/tokened.m3u8', hasTokens: true };
const personal: Submission = { id: 'personal', playlistUrl: 'https://h/personal.m3u8', by: 'person' };
const silence = { code: 'catalogue.silent', failure: { retryable: true } };

function setUp() {
  const state = { at: 0, answer: 'row' as 'row' | 'none' | 'error' | 'nothing', asked: [] as string[] };
  const told: [boolean, string][] = [];
  const catalogue: Pick<Catalogue, 'name' | 'find'> = {
    name: 'test',
    async find(id, { signal }) {
      state.asked.push(id);
      if (state.answer === 'error') throw new FlantsError('catalogue.unreadable', 'it is down');
      if (state.answer === 'nothing') await sleep(60_000, undefined, { signal });
      if (state.answer === 'none') return undefined;
      return { kind: 'video', row: 1, submission: { id, playlistUrl: `https://h/${id}.m3u8?token=t` }, fields: {} };
    },
  };
  const withTokens = createTokenFinder(catalogue, {
    keyRules,
    onCatalogue: (...words) => void told.push(words),
    now: () => state.at,
    signal: new AbortController().signal,
    times: { answerWithinMs: 50, restMs: 1_000 },
  });
  return { state, told, withTokens };
}

it('finds tokens of the videos that have some, and those of what a person named', async () => {
  const { state, withTokens } = setUp();
  expect(await withTokens(plain)).toBe(plain);
  expect(state.asked).toEqual([]);
  expect(await withTokens(tokened)).toEqual({ ...tokened, playlistUrl: 'https://h/tokened.m3u8?token=t' });
  expect(await withTokens(personal)).toMatchObject({ playlistUrl: 'https://h/personal.m3u8?token=t' });
  state.answer = 'none';
  expect(await withTokens(tokened)).toBe(tokened);
});

it('gives a video no tokens from the row of another playlist', async () => {
  const { withTokens } = setUp();
  const other = { ...tokened, playlistUrl: 'https://h/other.m3u8' };
  expect(await withTokens(other)).toEqual(other);
});

it.each(['error', 'nothing'] as const)(
  'lets only videos with tokens wait for a catalogue that gives no answer: %s',
  async (answer) => {
    const { state, told, withTokens } = setUp();
    state.answer = answer;
    await expect(withTokens(tokened)).rejects.toMatchObject(silence);
    expect(await withTokens(plain)).toBe(plain);
    expect(await withTokens(personal)).toBe(personal);
    await expect(withTokens({ ...tokened, by: 'person' })).rejects.toMatchObject(silence);
    await expect(withTokens(tokened)).rejects.toMatchObject(silence);
    // It is left alone meanwhile.
    expect(state.asked).toEqual(['tokened']);
    expect(told).toEqual([[false, expect.any(String)]]);

    state.at += 1_000;
    state.answer = 'row';
    const [first, others] = await Promise.allSettled([withTokens(tokened), withTokens(tokened)]);
    expect(first.status).toBe('fulfilled');
    // They do not wait for the one that asks.
    expect(others).toMatchObject({ status: 'rejected', reason: silence });
    expect(told).toEqual([
      [false, expect.any(String)],
      [true, ''],
    ]);
    expect(await withTokens(tokened)).toMatchObject({ playlistUrl: 'https://h/tokened.m3u8?token=t' });
  },
);
