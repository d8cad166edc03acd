import { describe, expect, it } from 'vitest';
import { publicationOf, submitted } from '../../test/contract/journal/fixtures.ts';
import type { Change } from '../domain/change.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { initialChangeOf } from '../journal/initial-record.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Applied, Lease } from '../ledger/ledger.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import type { RowChange } from './scan-pass.ts';
import { createVideoStarter } from './start-video.ts';

const moved: RowChange = { isNew: false, hasChanged: true, hasMoved: true, isFresh: false };
const { submission } = submitted('v', 'https://h/new.m3u8');
const lease = (kind: 'crawl' | 'publish'): Lease => ({ id: 'l', generation: 'g2', kind, files: [], ttlMs: 60_000 });

/** A ledger from which a video is retired just before it is changed. */
class RetiringLedger extends MemoryLedger {
  retiresBefore: Change['type'] | undefined;

  override async apply(video: VideoId, change: Change): Promise<Applied> {
    if (change.type === this.retiresBefore) {
      this.retiresBefore = undefined;
      const present = await this.read(video);
      if (present) expect(await this.retire(video, present.generation)).toBe(true);
    }
    return super.apply(video, change);
  }
}

/** A video that was submitted, planned, and submitted again with another playlist. */
async function corrected() {
  const [journal, ledger] = [new MemoryJournal(), new RetiringLedger()];
  await journal.decide(submitted('v', 'https://h/old.m3u8'));
  const opening = (await initialChangeOf('v', { journal, generation: 'g1' })) as Change;
  await ledger.apply('v', opening);
  await ledger.apply('v', { type: 'register', seen: 'g1', generation: 'g2', revision: 'old', total: 2, done: [0, 1] });
  await journal.decide(submitted('v', 'https://h/new.m3u8', '2026-11-03T10:00:00.000Z'));
  const steps: string[] = [];
  let generations = 2;
  const startVideo = createVideoStarter({
    journal,
    ledger,
    newGeneration: () => `g${++generations}`,
    initializeKeyRules: async () => {},
    takeNextStep: async () => void steps.push('move on'),
    sendCrawl: async () => void steps.push('crawl'),
  });
  const present = async (): Promise<VideoRecord | undefined> => ledger.read('v');
  return { journal, ledger, steps, present, startVideo: (change = moved) => startVideo(submission, change) };
}

describe('A video that has another playlist by now', () => {
  it.each(['crawl', 'publish'] as const)('starts anew although a %s of the former is under way', async (kind) => {
    const { ledger, present, steps, startVideo } = await corrected();
    expect(await ledger.lease('v', lease(kind))).toBe(true);
    await startVideo();
    expect(await present()).toMatchObject({ generation: 'g3', total: 0 });
    expect(await present()).not.toHaveProperty('revision');
    expect(steps).toEqual(['move on']);
    expect(await ledger.lease('v', { ...lease('crawl'), id: 'new', generation: 'g3' })).toBe(true);
    const late: Change = { type: 'register', seen: 'g2', generation: 'g', revision: 'old', total: 2, done: [] };
    expect((await ledger.apply('v', late)).result).toBe('stale');
  });

  it('starts anew when it was invalid, too', async () => {
    const { ledger, present, startVideo } = await corrected();
    const failure = { code: 'source.not-found', retryable: false, message: 'gone' } as const;
    await ledger.apply('v', { type: 'invalidate', generation: 'g2', failure });
    await startVideo();
    expect(await present()).toMatchObject({ generation: 'g3', total: 0 });
    expect(await present()).not.toHaveProperty('invalid');
  });

  it('is found when the ledger lets go of it at that instant', async () => {
    const { journal, ledger, present, startVideo } = await corrected();
    await journal.recordPublication(publicationOf('v', 'old', { total: 2, accepted: [] }));
    ledger.retiresBefore = 'open';
    await startVideo();
    expect(await present()).toMatchObject({ published: 'old', total: 0 });
    expect(await present()).not.toHaveProperty('revision');
  });

  it('is left to the plan that was made of that already', async () => {
    const { ledger, present, startVideo } = await corrected();
    await startVideo();
    await ledger.apply('v', { type: 'register', seen: 'g3', generation: 'g4', revision: 'new', total: 3, done: [] });
    await startVideo();
    expect(await present()).toMatchObject({ generation: 'g4', revision: 'new' });
  });
});

describe('A recording that is not over', () => {
  it('is looked at again at once when its row has changed, as when it has ended', async () => {
    const { ledger, steps, startVideo } = await corrected();
    await ledger.apply('v', { type: 'open', seen: 'g2', generation: 'g', asked: 'anew' });
    const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };
    await ledger.apply('v', { type: 'live', generation: 'g', live });
    await startVideo({ ...moved, hasMoved: false });
    expect(steps).toEqual(['crawl']);
    expect(await ledger.read('v')).toMatchObject({ live });
  });
});
