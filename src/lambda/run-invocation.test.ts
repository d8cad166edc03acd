import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { BatchMessage, FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Outcome } from '../domain/outcome.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import type { MemoryEntry } from '../storage/memory-source.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import { createHeldBytes } from '../transfer/held-bytes.ts';
import { createSlots } from '../transfer/slots.ts';
import { createStreamLimit } from '../transfer/stream-limit.ts';
import { runInvocation } from './run-invocation.ts';
import type { FunctionPorts } from './ports.ts';

const urlOf = (index: number): string => `https://cdn.example/v/${index}.ts`;
const fileOf = (index: number): FileTask => ({
  index,
  key: `v/${index}.ts`,
  url: urlOf(index),
  fetchUrl: urlOf(index),
  role: 'segment',
  contentType: 'video/mp2t',
  cacheControl: 'immutable',
  tries: 0,
});
const batch: BatchMessage = {
  format: 1,
  id: '0',
  video: 'v',
  generation: 'g',
  files: [0, 1, 2, 3].map(fileOf),
  existing: 'verify',
  sha256: false,
};

/** Never answers, until it is told to stop. */
const silent = 'silent';

/** Four files, two at a time. */
function setUp(given: Readonly<Record<number, MemoryEntry | typeof silent>> = {}, journal?: FunctionPorts['journal']) {
  const entries = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, MemoryEntry] => entry[1] !== silent),
  );
  const objects = batch.files.map(({ url, index }) => [url, entries[index] ?? { bytes: `media ${index}` }] as const);
  const store = openMemoryStore();
  const source = openMemorySource(Object.fromEntries(objects));
  const fetch: typeof source.fetch = async (url, options) => {
    if (!batch.files.some((file) => file.url === url && given[file.index] === silent))
      return source.fetch(url, options);
    await once(options.signal, 'abort');
    throw new FlantsError('aborted', 'stopped');
  };
  const ports: FunctionPorts = {
    source: { ...source, fetch },
    store,
    slots: createSlots(createStreamLimit({ first: 2, most: 2, now: () => performance.now() })),
    bytes: createHeldBytes(1_000_000),
    now: Date.now,
    worker: 'flants/0123abcd',
    close: async () => {},
    ...(journal ? { journal } : {}),
  };
  return { store, run: (remainingMs = 60_000) => runInvocation({ batch }, ports, remainingMs) };
}

const kinds = (outcomes: readonly Outcome[]): Readonly<Record<number, string>> =>
  Object.fromEntries(outcomes.map((outcome) => [outcome.index, outcome.kind]));

describe('an invocation', () => {
  it('copies its files, and its answer is the evidence where there is no journal', async () => {
    const { run, store } = setUp();
    const answer = await run();
    expect(answer).toMatchObject({ format: 1, type: 'batch', end: 'finished', isRecorded: false });
    expect(kinds(answer.outcomes)).toEqual({ 0: 'copied', 1: 'copied', 2: 'copied', 3: 'copied' });
    expect([...store.objects.keys()].toSorted()).toEqual(batch.files.map(({ key }) => key));
  });

  it('has its evidence in the journal before it answers, and leaves failures to the dispatcher', async () => {
    const recorded: Outcome[] = [];
    const { run } = setUp(
      { 2: () => Promise.reject(new FlantsError('source.not-found', 'not there')) },
      {
        grouping: { maxOutcomes: 100, maxDelayMs: 5_000 },
        recordOutcomes: async (video, outcomes) => {
          expect(video).toBe('v');
          recorded.push(...outcomes);
        },
      },
    );
    const answer = await run();
    expect(answer).toMatchObject({ end: 'finished', isRecorded: true });
    expect(kinds(answer.outcomes)).toEqual({ 0: 'copied', 1: 'copied', 2: 'failed', 3: 'copied' });
    expect(kinds(recorded)).toEqual({ 0: 'copied', 1: 'copied', 3: 'copied' });
  });

  it('goes on where the journal cannot be written, and says so', async () => {
    const { run } = setUp(
      {},
      {
        grouping: { maxOutcomes: 1, maxDelayMs: 0 },
        recordOutcomes: () => Promise.reject(new FlantsError('store.denied', 'no right to write the journal')),
      },
    );
    const answer = await run();
    expect(answer).toMatchObject({ end: 'finished', isRecorded: false });
    expect(answer.outcomes).toHaveLength(4);
    expect(answer.trouble).toContain('no right to write the journal');
  });

  it('charges a file that had the whole time, and hands back those that it did not come to', async () => {
    const { run } = setUp({ 0: silent, 1: silent });
    const answer = await run(400);
    expect(answer.end).toBe('stopped');
    expect(kinds(answer.outcomes)).toEqual({ 0: 'failed', 1: 'failed' });
    expect(answer.outcomes[0]).toMatchObject({
      failure: { tries: 1, worker: 'flants/0123abcd', failure: { code: 'worker.lost', retryable: true } },
    });
  });

  it('charges no file that was begun late', async () => {
    const late: MemoryEntry = async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      return { bytes: 'media' };
    };
    const { run } = setUp({ 0: late, 1: late, 2: silent, 3: silent });
    const answer = await run(400);
    expect(answer.end).toBe('stopped');
    expect(kinds(answer.outcomes)).toEqual({ 0: 'copied', 1: 'copied' });
  });
});
