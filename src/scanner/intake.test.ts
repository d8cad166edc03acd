import { expect, test } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { takeIn } from './intake.ts';

const at = '2026-01-01T00:00:00.000Z';
const never = new AbortController().signal;

/** A journal of videos that were submitted, and an empty ledger with room for so many at a time. */
async function stage(ids: readonly string[], { room = Infinity } = {}) {
  const [journal, ledger] = [new MemoryJournal(), new MemoryLedger()];
  for (const id of ids) {
    const submission = { id, playlistUrl: `https://h/${id}.m3u8` };
    await journal.decide({ type: 'submitted', video: id, at, submission });
  }
  let places = room;
  let generations = 0;
  const moved: string[] = [];
  const ports = {
    journal,
    ledger,
    newGeneration: () => `g${(generations += 1)}`,
    hasRoom: async () => (places -= 1) >= 0,
    moveOn: async (video: string) => void moved.push(video),
  };
  return { journal, ledger, ports, moved, makeRoom: (count: number) => (places = count) };
}

test('the backlog waits in the journal until there is room, and goes on where it stopped', async () => {
  const { ports, moved, makeRoom } = await stage(['a', 'b', 'c'], { room: 2 });
  const first = await takeIn(undefined, ports, never);
  expect(first).toEqual({ admitted: 2, isDone: false, stoppedAt: 'b' });
  makeRoom(5);
  expect(await takeIn(first.stoppedAt, ports, never)).toMatchObject({ admitted: 1, isDone: true });
  expect(moved).toEqual(['a', 'b', 'c']);
});

test('a ledger that was lost fills up again, with what people decided', async () => {
  const { journal, ledger, ports } = await stage(['a', 'b', 'c', 'd']);
  await journal.decide({ type: 'paused', video: 'a', at });
  await journal.decide({ type: 'cancelled', video: 'b', at });
  await journal.decide({ type: 'prioritised', video: 'c', at, fresh: true });
  await journal.recordPublication({
    video: 'd',
    revision: 'r',
    at,
    total: 1,
    accepted: [],
    sizeBytes: 1,
    documents: [],
  });
  await takeIn(undefined, ports, never);
  expect(await ledger.read('a')).toMatchObject({ hold: 'paused' });
  expect(await ledger.read('b')).toMatchObject({ hold: 'cancelled' });
  expect(await ledger.read('c')).toMatchObject({ fresh: true });
  expect(await ledger.read('d'), 'it is published, and nothing of it is in flight').toBeUndefined();
});
