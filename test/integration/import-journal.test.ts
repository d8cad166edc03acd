import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importJournal, importSettings } from '../../src/journal/import-journal.ts';
import type { ImportCounts } from '../../src/journal/import-journal.ts';
import { currentDecisions } from '../../src/journal/initial-record.ts';
import type { Decision, Journal } from '../../src/journal/journal.ts';
import { openObjectJournal } from '../../src/journal/object/journal.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { MemoryStore } from '../../src/storage/memory-store.ts';
import {
  copied,
  decided,
  evidenceOf,
  failed,
  failureOf,
  filesOf,
  headerOf,
  listOf,
  publicationOf,
  readable,
  revisionOf,
  submitted,
} from '../contract/journal/fixtures.ts';
import { temporaryState } from './temporary-state.ts';

const { signal } = new AbortController();
const nothing: Omit<ImportCounts, 'videos'> = { revisions: 0, evidence: 0, failures: 0, publications: 0 };

const big = revisionOf('big', filesOf(2_500, 'big'));
const former = revisionOf('recut', filesOf(2, 'recut'));
const present = revisionOf('recut', filesOf(3, 'recut'));
const digests = new Map([
  ['big', big.digest],
  ['recut', present.digest],
]);

/** A state as a pilot leaves it: a whole video, one that was cut anew and has a failure, and one that only waits. */
async function fill(journal: Journal): Promise<void> {
  for (const id of ['big', 'recut', 'waiting']) await journal.decide(submitted(id));
  await journal.decide(decided('paused', 'waiting', '2026-11-02T11:00:00.000Z'));
  for (const revision of [big, former, present]) await journal.seal(revision);
  await journal.recordOutcomes(
    'big',
    big.files.map(({ key }, index) => copied(evidenceOf(key), index)),
  );
  await journal.recordOutcomes('recut', [
    copied(evidenceOf('recut/seg-0.ts')),
    copied(evidenceOf('recut/seg-1.ts')),
    failed(failureOf('recut/seg-1.ts', { at: '2026-11-02T12:00:00.000Z' })),
    failed(failureOf('recut/seg-2.ts')),
  ]);
  await journal.recordPublication(publicationOf('big', big.digest));
  await journal.recordPublication(publicationOf('recut', former.digest));
}

describe('importing an embedded state into a cluster’s journal', () => {
  const state = { current: temporaryState() };
  let store: MemoryStore;
  let from: Journal;
  let to: Journal;
  const run = (): Promise<ImportCounts> =>
    importJournal({ from, to }, { revisionOf: async (video) => digests.get(video), signal });

  beforeEach(async () => {
    state.current = temporaryState();
    store = openMemoryStore();
    from = new SqliteJournal(state.current.open());
    to = openObjectJournal(store);
    await fill(from);
  });
  afterEach(() => state.current.remove());

  it('brings all that is known of every video', async () => {
    expect(await run()).toEqual({ videos: 3, revisions: 3, evidence: 2_502, failures: 2, publications: 2 });
    for (const { video, digest, files, ...revision } of [big, former, present]) {
      const header = headerOf({ video, digest, files, ...revision });
      expect(readable(await to.revision(video, digest))).toEqual(readable(header));
      const indexed = files.map((file, index) => ({ index, file }));
      expect(await to.files(video, digest, [[0, files.length]])).toEqual(indexed);
      const all = [[0, files.length]] as const;
      expect(await to.sizeOf(video, digest, all)).toBe(await from.sizeOf(video, digest, all));
      const keys = files.map(({ key }) => key);
      expect(await to.evidence(video, keys)).toEqual(await from.evidence(video, keys));
    }
    for (const id of ['big', 'recut', 'waiting']) {
      expect(await to.failures(id)).toEqual(await from.failures(id));
      expect(await to.publication(id)).toEqual(await from.publication(id));
      expect(await listOf(to.decisions(id))).toEqual(await listOf(from.decisions(id)));
      expect(await to.submission(id)).toEqual(await from.submission(id));
    }
    expect(await listOf(to.unpublished())).toEqual(['waiting']);
  });

  it('twice is once', async () => {
    await run();
    const before = [...store.objects.keys()];
    expect(await run()).toEqual({ videos: 3, ...nothing });
    expect([...store.objects.keys()]).toEqual(before);
  });

  it('takes nothing from what the cluster has learned since', async () => {
    await run();
    const [key = ''] = big.files.map((file) => file.key);
    const later = evidenceOf(key, { at: '2026-12-01T00:00:00.000Z', worker: 'lambda' });
    await to.recordOutcomes('big', [copied(later)]);
    await to.recordOutcomes('recut', [
      copied(evidenceOf('recut/seg-2.ts', { at: '2026-12-01T00:00:00.000Z' })),
      failed(failureOf('recut/seg-0.ts', { at: '2026-12-01T00:00:00.000Z' })),
    ]);
    const republished = publicationOf('recut', present.digest, { at: '2026-12-01T00:00:00.000Z' });
    await to.recordPublication(republished);
    expect(await run()).toEqual({ videos: 3, ...nothing });
    expect((await to.evidence('big', [key])).get(key)).toEqual(later);
    expect([...(await to.failures('recut')).keys()].toSorted()).toEqual(['recut/seg-0.ts', 'recut/seg-1.ts']);
    expect(await to.publication('recut')).toEqual(republished);
  });

  it('puts nothing that was decided earlier in force again', async () => {
    const { submission } = submitted('waiting');
    const asked: Decision = { ...submitted('waiting'), submission: { ...submission, by: 'person' } };
    await from.decide({ ...asked, at: '2026-11-03T00:00:00.000Z' });
    await from.decide({ type: 'prioritised', video: 'waiting', at: '2026-11-03T00:00:00.000Z', fresh: true });
    const late = '2026-12-01T00:00:00.000Z';
    const moved = submitted('waiting', 'https://origin.example/moved.m3u8', late);
    await to.decide(moved);
    await to.decide(decided('cancelled', 'waiting', late));
    await run();
    expect(await to.submission('waiting')).toEqual(moved.submission);
    // Of what the cluster has decided nothing about, the state tells.
    expect(await currentDecisions('waiting', to)).toEqual({ hold: 'cancelled', fresh: true });
  });

  it('brings what the embedded state has learned since', async () => {
    await run();
    const later = evidenceOf('recut/seg-2.ts', { at: '2026-12-01T00:00:00.000Z' });
    await from.recordOutcomes('recut', [copied(later)]);
    await from.decide(decided('resumed', 'waiting', '2026-12-01T00:00:00.000Z'));
    expect(await run()).toEqual({ videos: 3, ...nothing, evidence: 1 });
    expect([...(await to.failures('recut')).keys()]).toEqual(['recut/seg-1.ts']);
    expect(await listOf(to.decisions('waiting'))).toEqual(await listOf(from.decisions('waiting')));
  });

  it('settles what is not set, and tells what differs', async () => {
    await from.setSetting('key-rules', { root: 'https://a.example' });
    await from.setSetting('destination', { name: 's3://b' });
    await to.setSetting('destination', { name: 's3://c' });
    const names = ['key-rules', 'destination', 'unset'];
    const differing = [{ name: 'destination', from: { name: 's3://b' }, to: { name: 's3://c' } }];
    expect(await importSettings({ from, to }, names)).toEqual(differing);
    expect(await importSettings({ from, to }, names)).toEqual(differing);
    expect(await to.setting('key-rules')).toEqual({ root: 'https://a.example' });
    expect(await to.setting('destination')).toEqual({ name: 's3://c' });
  });

  it('ends when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    const stopped = importJournal({ from, to }, { revisionOf: async () => undefined, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(store.objects.size).toBe(0);
  });
});
