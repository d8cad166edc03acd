import { describe, expect, it } from 'vitest';
import { publicationOf, submitted } from '../../test/contract/journal/fixtures.ts';
import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import { initialChangeOf } from './initial-record.ts';
import type { Decision } from './journal.ts';
import { MemoryJournal } from './memory-journal.ts';

const at = '2026-11-02T10:00:00.000Z';
const generation = 'g';
const { submission } = submitted('v');
const anew: Decision = { type: 'submitted', video: 'v', at, submission: { ...submission, by: 'person' } };
const relisted: Decision = { type: 'submitted', video: 'v', at, submission: { ...submission, title: 'another' } };
const paused: Decision = { type: 'paused', video: 'v', at };
const resumed: Decision = { type: 'resumed', video: 'v', at };
const cancelled: Decision = { type: 'cancelled', video: 'v', at };
const forward: Decision = { type: 'prioritised', video: 'v', at, fresh: true };
const back: Decision = { type: 'prioritised', video: 'v', at, fresh: false };

async function journalOf(...decisions: readonly Decision[]): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  for (const decision of decisions) await journal.decide(decision);
  return journal;
}

describe('the first sight of a video', () => {
  it('is none of a video that nobody submitted', async () => {
    expect(await initialChangeOf('v', { journal: await journalOf(paused), generation })).toBeUndefined();
  });

  it.each([
    { decisions: [], hold: undefined, fresh: false },
    { decisions: [paused], hold: 'paused', fresh: false },
    { decisions: [paused, resumed], hold: undefined, fresh: false },
    { decisions: [paused, cancelled], hold: 'cancelled', fresh: false },
    { decisions: [cancelled, relisted], hold: 'cancelled', fresh: false },
    { decisions: [cancelled, paused], hold: 'cancelled', fresh: false },
    { decisions: [paused, cancelled, resumed], hold: 'cancelled', fresh: false },
    { decisions: [cancelled, anew, paused], hold: 'paused', fresh: false },
    { decisions: [cancelled, anew], hold: undefined, fresh: false },
    { decisions: [forward, paused], hold: 'paused', fresh: true },
    { decisions: [forward, back], hold: undefined, fresh: false },
  ])('opens it as it was decided: $hold, fresh $fresh', async ({ decisions, hold, fresh }) => {
    const journal = await journalOf(submitted('v'), ...decisions);
    expect(await initialChangeOf('v', { journal, generation })).toEqual({
      type: 'open',
      generation,
      fresh,
      asked: playlistFingerprint(submission),
      ...(hold === undefined ? {} : { hold }),
    });
  });

  it('is fresh where it is recent, unless somebody put it back', async () => {
    const recent = { generation, isFresh: () => true };
    expect(await initialChangeOf('v', { journal: await journalOf(submitted('v')), ...recent })).toMatchObject({
      fresh: true,
    });
    const journal = await journalOf(submitted('v'), back);
    expect(await initialChangeOf('v', { journal, ...recent })).toMatchObject({ fresh: false });
  });

  it('restores a published one, with what was accepted and decided', async () => {
    const journal = await journalOf(submitted('v'), paused);
    await journal.recordPublication(publicationOf('v', 'r', { total: 3, accepted: [[1, 2]] }));
    expect(await initialChangeOf('v', { journal, generation })).toEqual({
      type: 'restore',
      generation,
      revision: 'r',
      total: 3,
      accepted: [[1, 2]],
      hold: 'paused',
      fresh: false,
    });
  });
});
