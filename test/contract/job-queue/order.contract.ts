import { describe, expect, it } from 'vitest';
import type { JobQueueBench } from './bench.ts';
import { done, gate } from './bench.ts';

/** What every queue promises of order, ids and capacity; a part of its contract. */
export function describeOrder(bench: JobQueueBench): void {
  const { add, addAll, work, note, empty } = bench;

  describe('order', () => {
    it('is that of priority, and of arrival among equals', async () => {
      const order = [10, 0, 5, 2, 10, 0, 5, 2];
      for (const [at, priority] of order.entries()) await add(`${priority}-${at}`, { priority });
      work(note);
      expect(await bench.log.reaches(8)).toEqual(['0-1', '0-5', '2-3', '2-7', '5-2', '5-6', '10-0', '10-4']);
    });

    it('lets a better job overtake those that wait', async () => {
      const first = gate();
      work(async (data) => {
        bench.log.add(data);
        if (data === 'first') await first.opened;
        return done;
      });
      await add('first');
      await bench.log.reaches(1);
      await addAll('b', 'c');
      await add('retry', { priority: 1 });
      first.open();
      expect(await bench.log.reaches(4)).toEqual(['first', 'retry', 'b', 'c']);
    });

    it('holds for thousands', async () => {
      const ids = Array.from({ length: 3000 }, (_, index) => String(index).padStart(5, '0'));
      for (const id of ids) await add(id, { priority: Number(id) % 7 });
      work(note, 4);
      const seen = await bench.log.reaches(3000);
      expect(seen).toEqual(ids.toSorted((a, b) => (Number(a) % 7) - (Number(b) % 7) || Number(a) - Number(b)));
    });

    it('puts delayed jobs behind, by when they are due', async () => {
      await add('late', { delayMs: 120 });
      await add('soon', { delayMs: 30 });
      await add('now');
      work(note);
      expect(await bench.log.reaches(3)).toEqual(['now', 'soon', 'late']);
    });

    it('lets no delayed job come before its time, however good it is', async () => {
      await add('best', { delayMs: 60_000, priority: 0 });
      await addAll('a', 'b');
      work(note);
      expect(await bench.log.reaches(2)).toEqual(['a', 'b']);
      await expect.poll(() => bench.queue.size()).toBe(1);
    });
  });

  describe('ids', () => {
    it('that wait or are delayed are ignored', async () => {
      await add('a');
      await add('a', { data: 'other' });
      await add('b', { delayMs: 30 });
      await add('b', { data: 'other' });
      expect(await bench.queue.size()).toBe(2);
      expect(await Promise.all(['a', 'b', 'other'].map((id) => bench.queue.has(id)))).toEqual([true, true, false]);
      work(note);
      expect(await bench.log.reaches(2)).toEqual(['a', 'b']);
      await empty();
      expect(bench.log.entries).toEqual(['a', 'b']);
    });

    it('that are active are ignored', async () => {
      const running = gate();
      work(async (data) => {
        bench.log.add(data);
        await running.opened;
        return done;
      }, 2);
      await add('a');
      await bench.log.reaches(1);
      await add('a', { data: 'other' });
      expect(await bench.queue.size()).toBe(1);
      expect(await bench.queue.has('a')).toBe(true);
      running.open();
      await empty();
      expect(await bench.queue.has('a')).toBe(false);
      expect(bench.log.entries).toEqual(['a']);
    });

    it('may be any text', async () => {
      const ids = [
        'a:b',
        'a%3Ab',
        'a/b c',
        '0',
        '17',
        '0:1',
        'wait',
        'meta',
        'id',
        '{x}',
        '~a',
        'größe 🐜',
        'repeat:a:1',
      ];
      await addAll(...ids, ...ids);
      expect(await bench.queue.size()).toBe(ids.length);
      for (const id of ids) expect(await bench.queue.has(id)).toBe(true);
      expect(await bench.queue.has('lock')).toBe(false);
      work(note);
      await empty();
      expect(bench.log.entries).toEqual(ids);
    });

    it('that are done may come again', async () => {
      work(note);
      await add('a');
      await empty();
      await add('a');
      expect(await bench.log.reaches(2)).toEqual(['a', 'a']);
    });
  });

  describe('size', () => {
    it('counts jobs that wait, are delayed or active', async () => {
      expect(await bench.queue.size()).toBe(0);
      const running = gate();
      await addAll('a', 'b');
      await add('c', { delayMs: 60_000 });
      expect(await bench.queue.size()).toBe(3);
      work(async (data) => {
        bench.log.add(data);
        await running.opened;
        return done;
      });
      await bench.log.reaches(1);
      expect(await bench.queue.size()).toBe(3);
      running.open();
      await expect.poll(() => bench.queue.size(), { interval: 5 }).toBe(1);
    });
  });

  describe('capacity', () => {
    it('is there below the bound', async () => {
      await add('a');
      expect(await bench.queue.hasCapacity(2)).toBe(true);
    });

    it('is not there while so many wait or are worked', async () => {
      const running = gate();
      work(async (data) => {
        bench.log.add(data);
        await running.opened;
        return done;
      });
      await addAll('active', 'waiting');
      await bench.log.reaches(1);
      expect(await bench.queue.hasCapacity(2)).toBe(false);
      expect(await bench.queue.hasCapacity(3)).toBe(true);
      running.open();
      await expect.poll(() => bench.queue.hasCapacity(1), { interval: 5 }).toBe(true);
    });

    it('ends where delayed jobs are a hundred times as many', async () => {
      for (let at = 0; at < 100; at++) await add(`late-${at}`, { delayMs: 60_000 });
      expect(await bench.queue.hasCapacity(1)).toBe(false);
      expect(await bench.queue.hasCapacity(2)).toBe(true);
    });

    it('is a question with sense for one job or more', async () => {
      await expect(bench.queue.hasCapacity(0)).rejects.toMatchObject({ code: 'internal' });
    });

    it('is not held up by jobs that only wait for their time', async () => {
      for (let at = 0; at < 50; at++)
        await bench.queue.add({ id: `late-${at}`, data: 'late', priority: 1, delayMs: 60_000 });
      expect(await bench.queue.hasCapacity(1)).toBe(true);
    });
  });
}
