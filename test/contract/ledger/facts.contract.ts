import { describe, expect, it } from 'vitest';
import {
  badPlaylist,
  hold,
  invalidate,
  open,
  prioritise,
  publish,
  record,
  register,
  announce,
  live,
  liveRecording,
  look,
} from './changes.ts';
import type { LedgerBench } from './bench.ts';

/** What every ledger promises of the other facts of a video; a part of its contract. */
export function describeFacts(bench: LedgerBench): void {
  const { applyAll, expectStale, planned } = bench;

  describe('publishing, holding, invalidating', () => {
    it('remembers the revision whose playlists went out', async () => {
      await planned(1);
      expect(await applyAll(record([0]), publish(), publish())).toMatchObject({ published: 'r1' });
    });

    it('puts on hold and lets go', async () => {
      await planned();
      expect((await applyAll(hold('paused'))).hold).toBe('paused');
      expect((await applyAll(hold('cancelled'))).hold).toBe('cancelled');
      expect(await applyAll(hold(null))).not.toHaveProperty('hold');
    });

    it('keeps why a video is invalid, to the last field', async () => {
      await planned();
      expect((await applyAll(invalidate())).invalid).toEqual(badPlaylist);
    });

    it('is refused for an older generation, another revision, and an unknown video', async () => {
      await expectStale(publish(), hold('paused'), invalidate());
      await planned();
      await expectStale(publish('g1'), publish('g2', 'r0'), hold('paused', 'g1'), invalidate('g1'));
    });
  });

  describe('the next look at a video that failed', () => {
    it('is a fact that stays until it is published', async () => {
      await planned();
      const nextLook = { count: 2, at: 1_790_000_000_002 };
      expect(await applyAll(look(1), look(2))).toMatchObject({ nextLook });
      expect(await applyAll(open('g3', 'g2'))).toMatchObject({ nextLook });
      expect(await applyAll(register('g3', 'g4', 'r2', 5))).toMatchObject({ nextLook });
      expect(await applyAll(publish('g4', 'r2'))).not.toHaveProperty('nextLook');
    });

    it('is refused for an older generation and an unknown video', async () => {
      await expectStale(look(1));
      await planned();
      await expectStale(look(1, 'g1'));
    });
  });

  describe('a recording that is not over', () => {
    it('is remembered to the last field, and is fresh', async () => {
      await planned();
      expect(await applyAll(live(), live())).toMatchObject({ live: liveRecording, fresh: true });
    });

    it('takes the place of a failure, and a failure takes its place', async () => {
      await planned();
      const again = await applyAll(invalidate(), look(3), live());
      expect([again.live, again.invalid, again.nextLook]).toEqual([liveRecording, undefined, undefined]);
      expect(await applyAll(invalidate())).not.toHaveProperty('live');
    });

    it('is over with a plan or a fresh start, and stays before the backlog', async () => {
      await planned();
      await applyAll(live());
      const started = await applyAll(open('g3', 'g2'));
      expect([started.live, started.fresh]).toEqual([undefined, true]);
      await applyAll(live('g3'));
      const registered = await applyAll(register('g3', 'g4', 'r2', 5));
      expect([registered.live, registered.fresh]).toEqual([undefined, true]);
    });

    it('is refused for an older generation and an unknown video', async () => {
      await expectStale(live());
      await planned();
      await expectStale(live('g1'));
    });
  });

  describe('putting forward, and telling of a situation', () => {
    it('are facts that stay with the next revision and generation', async () => {
      await planned();
      expect(await applyAll(prioritise(true), announce('g2 copying'))).toMatchObject({
        fresh: true,
        announced: 'g2 copying',
      });
      const facts = { fresh: true, announced: 'g2 copying' };
      expect(await applyAll(open('g3', 'g2'))).toMatchObject(facts);
      expect(await applyAll(register('g3', 'g4', 'r2', 5))).toMatchObject(facts);
      expect(await applyAll(prioritise(false, 'g4'))).not.toHaveProperty('fresh');
    });

    it('are refused for an older generation and an unknown video', async () => {
      await expectStale(prioritise(true), announce('x'));
      await planned();
      await expectStale(prioritise(true, 'g1'), announce('x', 'g1'));
    });
  });
}
