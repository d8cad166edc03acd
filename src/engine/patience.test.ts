import { beforeEach, describe, expect, it } from 'vitest';
import { stalledLeaseId } from '../domain/waiting/patience.ts';
import { minute } from '../domain/units.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { createPatience } from './patience.ts';
import type { Waiting, WatchedPatience } from './patience.ts';

const patienceMs = 1_000;
const host = 'dead.example';

describe('the patience of a video', () => {
  let ledger: MemoryLedger;
  let patience: WatchedPatience;
  let said: Waiting[];
  let now: number;
  const create = (ofMs: number): WatchedPatience =>
    createPatience({
      patienceMs: ofMs,
      ledger,
      scopeOf: ({ video }) => ({ name: video, videos: [video], isAll: false }),
      onWaiting: (waiting) => void said.push(waiting),
      now: () => now,
    });
  beforeEach(async () => {
    ledger = new MemoryLedger();
    await ledger.apply('v', { type: 'open', generation: 'g' });
    said = [];
    now = 0;
    patience = create(patienceMs);
  });

  const lease = (id: string, from: number, to: number): Promise<boolean> =>
    ledger.lease('v', { id, generation: 'g', kind: 'batch', files: [[from, to]], ttlMs: 60_000 });
  const ask = (id: string, more = {}): ReturnType<WatchedPatience['left']> =>
    patience.left({ video: 'v', generation: 'g', lease: id, files: 2, places: [host], ...more });

  it('has no end while another batch is under way, and begins when that waits, too', async () => {
    await lease('a', 0, 2);
    await lease('b', 2, 5);
    expect(await ask('a')).toBeUndefined();
    await ledger.release('v', 'b');
    await lease(stalledLeaseId('b'), 2, 5);
    expect(await ask('a', { hasCompany: true })).toBeUndefined();
    expect(await ask('a')).toEqual({ leftMs: patienceMs, since: 0, isAll: false });
    now = 400;
    expect(await ask('a')).toEqual({ leftMs: 600, since: 0, isAll: false });
    expect(said).toEqual([
      { places: [host], files: 2, videos: 0, patienceMs, isAllThatIsLeft: false },
      { places: [host], files: 5, videos: 0, patienceMs, isAllThatIsLeft: true },
    ]);
  });

  it('begins when a place that asked to be left alone has been, and is not prolonged by the next such wish', async () => {
    await lease('a', 0, 2);
    expect(await ask('a', { askedForMs: 5_000 })).toEqual({ leftMs: 6_000, since: 5_000, isAll: false });
    expect(said).toMatchObject([{ isAllThatIsLeft: true, patienceMs: 6_000 }]);
    now = 5_500;
    expect(await patience.isOver({ name: 'v', videos: ['v'] })).toBe(false);
    expect(await ask('a', { askedForMs: 5_000, since: 5_000 })).toMatchObject({ leftMs: 500 });
    now = 6_000;
    expect(await ask('a', { askedForMs: 5_000, since: 5_000 })).toMatchObject({ leftMs: 0 });
    patience.answered({ video: 'v', generation: 'g' }, () => [host]);
    expect(await ask('a', { askedForMs: 5_000 })).toMatchObject({ leftMs: 6_000 });
  });

  it('is told of places that ask to be left alone for a moment only when they have done so for some seconds', async () => {
    patience = create(minute);
    await lease('a', 0, 2);
    for (now = 0; now < 5_000; now += 1_000)
      await ask('a', { askedForMs: 1_000, since: now === 0 ? undefined : 1_000 });
    expect(said).toEqual([]);
    await ask('a', { askedForMs: 1_000, since: 1_000 });
    expect(said).toMatchObject([{ isAllThatIsLeft: true }]);
  });

  it('is told once a minute where a place takes some work and refuses other, again and again', async () => {
    await lease('a', 0, 2);
    for (; now < 2 * minute; now += 100) {
      await ask('a', { hasCompany: true });
      await ask('a');
      patience.answered({ video: 'v', generation: 'g' }, () => [host]);
    }
    expect(said.map(({ isAllThatIsLeft }) => isAllThatIsLeft)).toEqual([false, true, false, true]);
  });

  it('begins beside a crawl that has to wait for room', async () => {
    await lease(stalledLeaseId('a'), 0, 2);
    await ledger.apply('w', { type: 'open', generation: 'g' });
    await ledger.lease('w', { id: 'crawl-w', generation: 'g', kind: 'crawl', files: [], ttlMs: 60_000 });
    const scope = { name: 'v', videos: ['v', 'w'] };
    await ask('a', { hasCompany: true });
    now = patienceMs;
    expect(await patience.isOver({ ...scope, crawlsWait: true })).toBe(false);
    now += patienceMs;
    expect(await patience.isOver(scope)).toBe(false);
    expect(await patience.isOver({ ...scope, crawlsWait: true })).toBe(true);
  });

  it('is looked for seldom where a look takes long', async () => {
    await lease('a', 0, 2);
    let looks = 0;
    const leases: MemoryLedger['leases'] = async (video) => {
      looks += 1;
      now += 10;
      return ledger.leases(video);
    };
    const slow = createPatience({
      patienceMs,
      ledger: { leases },
      scopeOf: () => ({ name: 'run', videos: ['v'], isAll: true }),
      onWaiting: () => {},
      now: () => now,
    });
    const work = { video: 'v', generation: 'g', lease: 'a', files: 2, places: [host] };
    for (let asked = 0; asked < 1000; asked++) {
      now += 1;
      await slow.left(work);
    }
    expect(looks).toBeLessThan(10);
    expect(await slow.left(work)).toMatchObject({ leftMs: 0 });
    slow.answered(work, () => [host]);
    expect(await slow.left(work)).toMatchObject({ leftMs: patienceMs });
  });

  it('that is over for a place stays so for what comes later, until that place answers', async () => {
    await lease('a', 0, 2);
    await ask('a');
    now = patienceMs;
    expect(await ask('a')).toMatchObject({ leftMs: 0 });
    await lease('new', 2, 4);
    expect(await ask('a')).toMatchObject({ leftMs: 0 });
    expect(await ask('a', { places: ['other.example'] })).toBeUndefined();
    patience.answered({ video: 'v', generation: 'g' }, () => [host]);
    expect(await ask('a')).toBeUndefined();
  });

  it('goes on in another process from where the job says', async () => {
    await lease('a', 0, 2);
    now = 700;
    expect(await ask('a', { since: 100 })).toEqual({ leftMs: 400, since: 100, isAll: false });
    expect(said).toEqual([]);
  });

  it('is over without being asked by a job, if some was seen to wait', async () => {
    const scope = { name: 'v', videos: ['v'] };
    await lease('a', 0, 2);
    expect(await patience.isOver(scope)).toBe(false);
    expect(await ask('a', { hasCompany: true })).toBeUndefined();
    expect(await patience.isOver(scope)).toBe(false);
    await ledger.release('v', 'a');
    await lease(stalledLeaseId('a'), 0, 2);
    expect(await patience.isOver(scope)).toBe(false);
    now = patienceMs;
    expect(await patience.isOver({ name: 'v', videos: undefined })).toBe(false);
    expect(await patience.isOver(scope)).toBe(true);
    expect(await ask(stalledLeaseId('a'))).toMatchObject({ leftMs: 0 });
  });
});
