import { describe, expect, it } from 'vitest';
import { decided, filesOf, publicationOf, revisionOf, submitted } from '../../test/contract/journal/fixtures.ts';
import type { Change } from '../domain/change.ts';
import { situationOf } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Decision } from '../journal/journal.ts';
import { initialChangeOf } from '../journal/initial-record.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { admitVideos } from './admission.ts';
import type { Admission } from './admission.ts';

const at = '2026-11-04T10:00:00.000Z';
const revision = revisionOf('v', filesOf(3));
const { digest } = revision;
const never = new AbortController().signal;

/** A library in which the ledger knows `v` and its plan, as it was submitted. */
async function library() {
  const [journal, ledger] = [new MemoryJournal(), new MemoryLedger()];
  await journal.decide(submitted('v'));
  await journal.seal(revision);
  await ledger.apply('v', (await initialChangeOf('v', { journal, generation: 'g1' })) as Change);
  await ledger.apply('v', { type: 'register', seen: 'g1', generation: 'g2', revision: digest, total: 3, done: [0] });
  const moved: VideoId[] = [];
  let generations = 2;
  const ports = {
    journal,
    ledger,
    newGeneration: () => `g${++generations}`,
    hasCapacity: async () => true,
    takeNextStep: async (video: VideoId) => void moved.push(video),
  };
  const record = async (): Promise<VideoRecord> => (await ledger.read('v')) as VideoRecord;
  const admit = (after?: VideoId): Promise<Admission> => admitVideos({ after }, ports, never);
  return { journal, ledger, moved, ports, record, admit };
}

describe('An admission pass', () => {
  it('admits what is not there while there is capacity, and resumes where it stopped', async () => {
    const { journal, ledger, ports, moved, admit } = await library();
    for (const id of ['a', 'b', 'c', 'w']) await journal.decide(submitted(id));
    let room = 2;
    const cramped = { ...ports, hasCapacity: async () => room-- > 0 };
    expect(await admitVideos({}, cramped, never)).toMatchObject({ admitted: 2, isDone: false, stoppedAt: 'b' });
    expect(await admit('b')).toMatchObject({ admitted: 2, isDone: true, stoppedAt: 'w' });
    expect(moved).toEqual(['a', 'b', 'c', 'w']);
    expect(await ledger.read('w')).toMatchObject({ total: 0 });
  });

  it('reads what is in the ledger once, however long there is no room for the first that is not', async () => {
    const { journal, ports } = await library();
    await journal.decide(submitted('a'));
    let reads = 0;
    const read = journal.submission.bind(journal);
    journal.submission = (video) => {
      reads += 1;
      return read(video);
    };
    const full = { ...ports, hasCapacity: async () => false };
    expect(await admitVideos({}, full, never)).toEqual({ admitted: 0, isDone: false, hasAligned: true });
    const aligned = reads;
    expect(aligned).toBeGreaterThan(0);
    expect(await admitVideos({ isAligned: true }, full, never)).toMatchObject({ admitted: 0, isDone: false });
    expect(reads).toBe(aligned);
  });

  const lost: readonly { readonly decision: Decision; readonly fact: Partial<VideoRecord> }[] = [
    { decision: decided('paused', 'v', at), fact: { hold: 'paused' } },
    { decision: decided('cancelled', 'v', at), fact: { hold: 'cancelled' } },
    { decision: { type: 'prioritised', video: 'v', at, fresh: true }, fact: { fresh: true } },
  ];
  it.each(lost)('applies $decision.type, which never reached the ledger', async ({ decision, fact }) => {
    const { journal, moved, record, admit } = await library();
    // Published once: what is under way is a new revision of it.
    await journal.recordPublication(publicationOf('v', 'former'));
    await journal.decide(decision);
    await admit();
    expect(await record()).toMatchObject(fact);
    expect(moved).toEqual(['v']);
    await admit();
    expect(moved).toEqual(['v']);
  });

  it('ends a pause that was ended', async () => {
    const { journal, ledger, moved, record, admit } = await library();
    await journal.recordPublication(publicationOf('v', 'former'));
    await ledger.apply('v', { type: 'hold', generation: 'g2', hold: 'paused' });
    await journal.decide(decided('paused', 'v', at));
    await journal.decide(decided('resumed', 'v', at));
    await admit();
    expect(await record()).not.toHaveProperty('hold');
    expect(moved).toEqual(['v']);
  });

  it('accepts what was accepted of a video that is incomplete and was told of', async () => {
    const { journal, ledger, moved, record, admit } = await library();
    await ledger.apply('v', { type: 'record', generation: 'g2', revision: digest, done: [1], failed: [2] });
    await ledger.apply('v', { type: 'announce', generation: 'g2', announced: situationOf(await record()) });
    await journal.decide({ type: 'accepted', video: 'v', at, key: revision.files[2]?.key ?? '', reason: 'lost' });
    await admit();
    expect(await record()).toMatchObject({ done: 2, failed: 1, accepted: 1 });
    expect(moved).toEqual(['v']);
  });

  it.each([false, true])(
    'has a video crawled anew that names another playlist by now; invalid: %s',
    async (invalid) => {
      const { journal, ledger, moved, record, admit } = await library();
      const failure = { code: 'source.not-found', retryable: false, message: 'gone' } as const;
      if (invalid) await ledger.apply('v', { type: 'invalidate', generation: 'g2', failure });
      await journal.decide(submitted('v', 'https://h/corrected.m3u8', at));
      await admit();
      expect(await record()).toMatchObject({ generation: 'g3', total: 0 });
      expect(await record()).not.toHaveProperty('invalid');
      expect(moved).toEqual(['v']);
      await admit();
      expect(await record()).toMatchObject({ generation: 'g3' });
      expect(moved).toEqual(['v']);
    },
  );

  it('lets go of what was purged', async () => {
    const { journal, ledger, moved, admit } = await library();
    await journal.purge('v');
    await admit();
    expect(await ledger.read('v')).toBeUndefined();
    expect(moved).toEqual([]);
  });

  it('that was stopped begins at the beginning again', async () => {
    const { ports } = await library();
    expect(await admitVideos({}, ports, AbortSignal.abort())).toEqual({
      admitted: 0,
      isDone: false,
      hasAligned: false,
    });
  });
});
