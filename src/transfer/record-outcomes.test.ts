import { describe, expect, it } from 'vitest';
import type { Outcome } from '../domain/outcome.ts';
import { openObjectJournal } from '../journal/object/journal.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import { createOutcomeRecorder } from './record-outcomes.ts';

const failed = (key: string): Outcome => ({
  index: 0,
  kind: 'failed',
  failure: {
    key,
    url: `https://cdn.example/${key}`,
    generation: 'g1',
    tries: 1,
    worker: 'thread-1',
    at: '2026-11-23T08:00:00.000Z',
    failure: { code: 'source.status', message: 'status 500', retryable: true },
  },
});

/** A recorder over a journal that prefers outcomes in batches. */
function createTestRecorder(): {
  readonly record: (key: string) => Promise<void>;
  readonly finish: () => Promise<void>;
  readonly stop: () => void;
  readonly known: () => Promise<readonly string[]>;
  readonly recorded: string[];
} {
  const journal = openObjectJournal(openMemoryStore());
  const flush = new AbortController();
  const recorded: string[] = [];
  const onRecorded = (outcomes: readonly Outcome[]): void => {
    for (const each of outcomes) recorded.push(each.kind === 'failed' ? each.failure.key : each.evidence.key);
  };
  const { record, finish } = createOutcomeRecorder('v', journal, { onRecorded, flush: flush.signal });
  return {
    record: (key) => record([failed(key)]),
    finish,
    stop: () => flush.abort(),
    known: async () => [...(await journal.failures('v')).keys()].toSorted(),
    recorded,
  };
}

describe('Outcomes of a batch', () => {
  it('wait for each other, and are kept at its end', async () => {
    const { record, finish, recorded, known } = createTestRecorder();
    await record('a');
    await record('b');
    expect(recorded).toEqual([]);
    await finish();
    expect(recorded).toEqual(['a', 'b']);
    expect(await known()).toEqual(['a', 'b']);
  });

  it('wait no longer once the process was asked to stop', async () => {
    const { record, stop, recorded, known } = createTestRecorder();
    await record('a');
    stop();
    await expect.poll(() => recorded).toEqual(['a']);
    await record('b');
    expect(recorded).toEqual(['a', 'b']);
    expect(await known()).toEqual(['a', 'b']);
  });
});
