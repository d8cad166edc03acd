import { beforeEach, describe, expect, it } from 'vitest';
import type { FileTask } from '../domain/batch.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PlannedFile } from '../domain/revision.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { MemorySource } from '../storage/memory-source.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import { batchEndOf } from './batch-end.ts';

const { signal } = new AbortController();
const home = 'https://cdn.example';
const urlOf = (index: number): string => `${home}/${index}.ts`;
const fileOf = (index: number): PlannedFile => ({ key: `${index}.ts`, url: urlOf(index), role: 'segment' });
const taskOf = (index: number): FileTask => ({
  ...fileOf(index),
  index,
  fetchUrl: urlOf(index),
  contentType: '',
  cacheControl: '',
  tries: 0,
});
const errorOf = (code: FailureCode, status?: number): FlantsError =>
  new FlantsError(code, 'in trouble', status === undefined ? {} : { status });
const bad = errorOf('source.status', 502);
const silent = errorOf('source.unreachable');
const absent = errorOf('source.not-found', 404);

const common = (index: number) => ({ key: '', url: urlOf(index), generation: 'g', tries: 1, worker: 'w', at: '' });
const failed = (index: number, error: FlantsError): Outcome => ({
  index,
  kind: 'failed',
  failure: { ...common(index), failure: failureOf(error) },
});
const copied = (index: number): Outcome => ({
  index,
  kind: 'copied',
  evidence: { ...common(index), sizeBytes: 1, crc32: '', source: {}, proof: 'written', durationMs: 1 },
});

describe('A batch of files that met trouble', () => {
  let source: MemorySource;
  let ledger: MemoryLedger;
  beforeEach(async () => {
    source = openMemorySource();
    ledger = new MemoryLedger();
    await ledger.apply('v', { type: 'open', generation: 'g0' });
    await ledger.apply('v', { type: 'register', seen: 'g0', generation: 'g', revision: 'r', total: 9, done: [] });
  });
  const answer = (url: string, error?: FlantsError): void => {
    source.objects.set(url, error ? () => Promise.reject(error) : { bytes: 'x' });
  };
  const endOf = (outcomes: readonly Outcome[], store = openMemoryStore()) => {
    const files = outcomes.map(({ index }) => taskOf(index));
    const journal = { files: async () => [{ index: 7, file: fileOf(7) }] };
    return batchEndOf(
      { message: { video: 'v', files }, revision: 'r', outcomes, locate: (_, url) => url },
      { source, store, journal, ledger },
      signal,
    );
  };
  const doneBefore = () => ledger.apply('v', { type: 'record', generation: 'g', revision: 'r', done: [7], failed: [] });

  it('none by source or store is finished, and nobody is asked', async () => {
    expect(await endOf([copied(0), failed(1, absent), failed(2, errorOf('source.short-body'))])).toBe('finished');
    expect(source.requests).toEqual([]);
  });

  it.each([
    ['what was copied in it fails so now', bad, 'origin-down'],
    ['what was copied in it gets no answer now', silent, 'origin-down'],
    ['what was copied in it is still there', undefined, 'finished'],
    ['what was copied in it is refused now', errorOf('source.denied', 403), 'finished'],
  ])('by server errors, where %s', async (_, error, end) => {
    answer(urlOf(0), error);
    expect(await endOf([copied(0), failed(1, bad), failed(2, bad)])).toBe(end);
    expect(source.requests).toEqual([urlOf(0)]);
  });

  it.each([
    ['fails so now', bad, 'origin-down'],
    ['is still there', undefined, 'finished'],
  ])('by server errors, where what was copied of the video before %s', async (_, error, end) => {
    await doneBefore();
    answer(urlOf(7), error);
    expect(await endOf([failed(1, bad), failed(2, bad)])).toBe(end);
    expect(source.requests).toEqual([urlOf(7)]);
  });

  it('of one bucket, asks about that bucket, whatever was copied from another', async () => {
    const from = (bucket: string, outcome: Outcome): Outcome =>
      outcome.kind === 'failed' ? { ...outcome, failure: { ...outcome.failure, url: `s3://${bucket}/a.ts` } } : outcome;
    answer('s3://one/.flants-probe', silent);
    expect(await endOf([copied(0), from('one', failed(1, silent))])).toBe('origin-down');
    expect(source.requests).toEqual(['s3://one/.flants-probe']);
  });

  it('by silence, and then left others alone, says that the origin is down, and asks nobody', async () => {
    const alone = errorOf('source.silent');
    expect(await endOf([copied(0), failed(1, silent), failed(2, alone)])).toBe('origin-down');
    expect(source.requests).toEqual([]);
  });

  it('by server errors, all of them and the first ones of the video, says that the origin is down', async () => {
    expect(await endOf([failed(1, bad), failed(2, bad)])).toBe('origin-down');
  });

  it.each([
    ['a single one, with a root that answers', [failed(1, bad)], absent, 'finished'],
    ['a single one, with a root that does not either', [failed(1, bad)], bad, 'origin-down'],
    ['beside one that got an answer', [failed(1, bad), failed(2, bad), failed(3, absent)], absent, 'finished'],
    ['by silence, with a root that answers', [failed(1, silent), failed(2, silent)], absent, 'finished'],
    ['by silence, with a root that does not either', [failed(1, silent), failed(2, silent)], silent, 'origin-down'],
  ])('%s', async (_, outcomes, root, end) => {
    answer(`${home}/`, root);
    expect(await endOf(outcomes)).toBe(end);
    expect(source.requests).toEqual([`${home}/`]);
  });

  it.each([
    ['takes no object either', errorOf('store.status', 500), 'store-down'],
    ['takes objects', undefined, 'finished'],
    ['says why it takes none', errorOf('store.denied', 403), 'finished'],
  ])('by a store that %s', async (_, error, end) => {
    const store = openMemoryStore();
    const put: typeof store.put = (...given) => (error ? Promise.reject(error) : store.put(...given));
    expect(await endOf([copied(0), failed(1, errorOf('store.status', 500))], { ...store, put })).toBe(end);
    expect(store.objects.size).toBe(0);
  });
});
