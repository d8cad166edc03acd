import { expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { KiB, second } from '../domain/units.ts';
import { breakSilence } from './circuit-breaker.ts';
import { openMemorySource } from './memory-source.ts';
import type { MemoryEntry } from './memory-source.ts';
import type { FetchOptions } from './source.ts';

const options: FetchOptions = { kind: 'media', signal: new AbortController().signal };
const timeoutMs = 30 * second;

/** A source whose requests last as long as the test says, and what it was asked. */
function openWatched(objects: Readonly<Record<string, MemoryEntry>>) {
  let nowMs = 0;
  const wait = (ms: number): void => void (nowMs += ms);
  const silent = (): never => {
    wait(timeoutMs);
    throw new FlantsError('source.timeout', 'it did not answer in time');
  };
  const memory = openMemorySource({ 'https://dead/a': silent, 'https://dead/b': silent, ...objects });
  const openSession = () => ({ fetch: memory.fetch.bind(memory), cookieFor: () => undefined });
  const source = breakSilence({ ...memory, openSession }, () => nowMs);
  const ask = async (url: string, more: Partial<FetchOptions> = {}): Promise<string> => {
    try {
      const answer = await source.fetch(url, { ...options, ...more });
      if (answer.result !== 'fetched') return answer.result;
      for await (const _ of answer.body);
      return 'whole';
    } catch (error) {
      return error instanceof FlantsError ? error.code : 'unknown';
    }
  };
  return { source, ask, wait, requests: memory.requests, objects: memory.objects };
}

it('leaves an origin alone that was silent, and no other', async () => {
  const { source, ask, wait, requests } = openWatched({ 'https://good/a': { bytes: 'a' } });
  expect(await ask('https://dead/a')).toBe('source.timeout');
  wait(200);
  await expect(source.fetch('https://dead/b', options)).rejects.toMatchObject({
    failure: { code: 'source.silent', retryable: true, retryAfterMs: 800 },
  });
  expect(await ask('https://good/a')).toBe('whole');
  expect(requests).toEqual(['https://dead/a', 'https://good/a']);
});

it('leaves it alone for twice as long each time, up to a minute', async () => {
  const { ask, wait, requests } = openWatched({});
  await ask('https://dead/a');
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    wait(seconds * second - 1);
    expect(await ask('https://dead/a')).toBe('source.silent');
    wait(1);
    expect(await ask('https://dead/b')).toBe('source.timeout');
  }
  expect(requests).toHaveLength(9);
});

it('leaves an origin alone that is slow to refuse, and not one that refuses at once or serves others meanwhile', async () => {
  const { ask, wait, objects } = openWatched({ 'https://good/a': { bytes: 'a' } });
  for (const refusal of [
    new FlantsError('source.status', 'status 504', { status: 504 }),
    new FlantsError('source.throttled', 'status 429', { status: 429 }),
  ]) {
    const origin = `https://origin-${String(refusal.failure.status)}`;
    const refuse = (ms: number) => (): never => {
      wait(ms);
      throw refusal;
    };
    objects.set(`${origin}/quick`, refuse(second)).set(`${origin}/slow`, refuse(2 * second));
    expect(await ask(`${origin}/quick`)).toBe(refusal.code);
    expect(await ask(`${origin}/slow`)).toBe(refusal.code);
    expect(await ask(`${origin}/quick`)).toBe('source.silent');
    wait(second);
    expect(await ask(`${origin}/quick`)).toBe(refusal.code);
    expect(await ask(`${origin}/quick`)).toBe(refusal.code);
  }
  const slowlyMissing = (): never => {
    wait(2 * second);
    throw new FlantsError('source.not-found', 'status 404', { status: 404 });
  };
  objects.set('https://good/missing', slowlyMissing);
  expect(await ask('https://good/missing')).toBe('source.not-found');
  expect(await ask('https://good/a')).toBe('whole');
});

it('counts requests that time out together as one silence', async () => {
  const { promise: until, resolve: timeOut } = Promise.withResolvers<void>();
  const slow = async (): Promise<never> => {
    await until;
    throw new FlantsError('source.timeout', 'it did not answer in time');
  };
  const { ask, wait, objects } = openWatched({});
  objects.set('https://dead/a', slow).set('https://dead/b', slow).set('https://dead/c', { bytes: 'c' });
  const asked = [ask('https://dead/a'), ask('https://dead/b')];
  wait(timeoutMs);
  timeOut();
  expect(await Promise.all(asked)).toEqual(['source.timeout', 'source.timeout']);
  wait(second);
  expect(await ask('https://dead/c')).toBe('whole');
});

it('leaves it alone in sessions too', async () => {
  const { source, ask, requests } = openWatched({});
  await ask('https://dead/a');
  const asked = source.openSession?.().fetch('https://dead/b', options);
  await expect(asked).rejects.toMatchObject({ failure: { code: 'source.silent' } });
  expect(requests).toEqual(['https://dead/a']);
});

it('asks where somebody insists', async () => {
  const { ask, requests } = openWatched({});
  await ask('https://dead/a');
  expect(await ask('https://dead/b', { insists: true })).toBe('source.timeout');
  expect(requests).toEqual(['https://dead/a', 'https://dead/b']);
});

it('lets one request find out whether the origin answers again, and then all', async () => {
  const { promise: until, resolve: answer } = Promise.withResolvers<void>();
  const trial = async (): Promise<{ bytes: string }> => {
    await until;
    return { bytes: 'b' };
  };
  const { ask, wait, objects } = openWatched({ 'https://dead/b': trial, 'https://dead/c': { bytes: 'c' } });
  await ask('https://dead/a');
  wait(timeoutMs);
  const found = ask('https://dead/b');
  expect(await ask('https://dead/c')).toBe('source.silent');
  answer();
  expect(await found).toBe('whole');
  objects.set('https://dead/a', { bytes: 'a' });
  expect(await Promise.all([ask('https://dead/a'), ask('https://dead/c')])).toEqual(['whole', 'whole']);
});

it.each([
  ['a missing file', new FlantsError('source.not-found', 'it is not there', { status: 404 })],
  ['a server error', new FlantsError('source.status', 'it answered with 500', { status: 500 })],
  ['a refused connection', new FlantsError('source.unreachable', 'ECONNREFUSED')],
])('takes %s for an answer', async (_, error) => {
  const fails = (): never => {
    throw error;
  };
  const { ask, wait } = openWatched({ 'https://dead/b': fails, 'https://dead/c': { bytes: 'c' } });
  await ask('https://dead/a');
  wait(timeoutMs);
  expect(await ask('https://dead/b')).toBe(error.code);
  expect(await ask('https://dead/c')).toBe('whole');
});

it('does not blame an origin for one file, if it answers for others meanwhile', async () => {
  const { promise: until, resolve: timeOut } = Promise.withResolvers<void>();
  const slow = async (): Promise<never> => {
    await until;
    throw new FlantsError('source.timeout', 'it did not answer in time');
  };
  const { ask, wait } = openWatched({ 'https://good/slow': slow, 'https://good/a': { bytes: 'a' } });
  const slowly = ask('https://good/slow');
  wait(second);
  expect(await ask('https://good/a')).toBe('whole');
  wait(timeoutMs);
  timeOut();
  expect(await slowly).toBe('source.timeout');
  expect(await ask('https://good/a')).toBe('whole');
});

it('takes a body that stops for silence, and a large one that is still coming for an answer', async () => {
  const { promise: until, resolve: stop } = Promise.withResolvers<void>();
  const stops: MemoryEntry = async () => {
    await until;
    return { bytes: 'half', breaks: { afterBytes: 2, error: new FlantsError('source.timeout', 'it stopped sending') } };
  };
  const large = { bytes: new Uint8Array(256 * KiB) };
  const { source, ask, wait } = openWatched({ 'https://good/stops': stops, 'https://good/large': large });
  const stopping = ask('https://good/stops');
  wait(second);
  const fetched = await source.fetch('https://good/large', options);
  const chunks = fetched.result === 'fetched' && fetched.body[Symbol.asyncIterator]();
  expect(chunks && (await chunks.next()).value).toHaveLength(128 * KiB);
  wait(timeoutMs);
  stop();
  expect(await stopping).toBe('source.timeout');
  expect(await ask('https://good/large')).toBe('whole');
  wait(second);
  const again = ask('https://good/stops');
  wait(timeoutMs);
  expect(await again).toBe('source.timeout');
  expect(await ask('https://good/large')).toBe('source.silent');
});

it('lets another request find out where the first was stopped', async () => {
  const stopped = (): never => {
    throw new FlantsError('aborted', 'stopped');
  };
  const { ask, wait } = openWatched({ 'https://dead/b': stopped, 'https://dead/c': { bytes: 'c' } });
  await ask('https://dead/a');
  wait(timeoutMs);
  expect(await ask('https://dead/b')).toBe('aborted');
  expect(await ask('https://dead/c')).toBe('whole');
});
