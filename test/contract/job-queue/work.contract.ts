import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../../src/domain/failure.ts';
import type { JobHandler } from '../../../src/queue/job-queue.ts';
import type { JobQueueBench } from './bench.ts';
import { done, gate } from './bench.ts';

/** What every queue promises of handlers and workers; a part of its contract. */
export function describeWork(bench: JobQueueBench): void {
  const { add, addAll, work, note, empty } = bench;

  describe('a job that wants to come again', () => {
    it('comes again, with what it carries, until it is done', async () => {
      work(async (data) => {
        bench.log.add(data);
        return bench.log.entries.length < 3 ? { result: 'again', delayMs: 5 } : done;
      });
      await add('a', { data: 'payload' });
      await empty();
      expect(bench.log.entries).toEqual(['payload', 'payload', 'payload']);
    });

    it('lets others go first meanwhile', async () => {
      work(async (data) => {
        bench.log.add(data);
        return data === 'a' ? { result: 'again', delayMs: 60_000 } : done;
      });
      await add('a', { priority: 1 });
      await bench.log.reaches(1);
      await addAll('b', 'c');
      expect(await bench.log.reaches(3)).toEqual(['a', 'b', 'c']);
      await expect.poll(() => bench.queue.size()).toBe(1);
    });

    it('may want so at once, and still lets others live', async () => {
      const others = gate();
      work(async (data) => {
        bench.log.add(data);
        if (data === 'b') others.open();
        return data === 'a' ? { result: 'again', delayMs: 0 } : done;
      });
      await add('a');
      await bench.log.reaches(2);
      await add('b');
      await others.opened;
      const turns = bench.log.entries.length;
      expect(await bench.log.reaches(turns + 1)).toContain('b');
    });
  });

  describe('a handler that throws', () => {
    it('is told of, and its job comes again', async () => {
      const errors: unknown[] = [];
      const error = new Error('the disk is gone');
      const handler: JobHandler<string> = async (data) => {
        bench.log.add(data);
        if (bench.log.entries.length < 3) throw error;
        return done;
      };
      work(handler, 1, (thrown) => errors.push(thrown));
      await add('a');
      await empty();
      expect(bench.log.entries).toEqual(['a', 'a', 'a']);
      expect(errors).toEqual([error, error]);
    });

    it('takes nothing from the others', async () => {
      const handler: JobHandler<string> = async (data) => {
        bench.log.add(data);
        if (data === 'bad' && bench.log.entries.length < 4) throw new Error('no');
        return done;
      };
      work(handler, 1, () => {});
      await addAll('bad', 'b', 'c');
      await empty();
      expect(bench.log.entries).toEqual(['bad', 'b', 'c', 'bad']);
    });
  });

  describe('concurrency', () => {
    it.each([1, 3, 10])('of %i is reached and never passed', async (concurrency) => {
      let active = 0;
      let most = 0;
      const full = gate();
      work(async () => {
        active++;
        most = Math.max(most, active);
        if (active === concurrency) full.open();
        await full.opened;
        await new Promise(setImmediate);
        active--;
        return done;
      }, concurrency);
      await addAll(...Array.from({ length: 50 }, (_, index) => `job-${index}`));
      await empty();
      expect(most).toBe(concurrency);
    });

    it('of several workers adds up, and each job goes to one of them', async () => {
      for (let at = 0; at < 3; at++) work(note, 2);
      await addAll(...Array.from({ length: 100 }, (_, index) => `job-${index}`));
      await empty();
      expect(new Set(bench.log.entries).size).toBe(100);
      expect(bench.log.entries).toHaveLength(100);
    });
  });

  describe('stopping', () => {
    it('signals the running jobs, waits for them, and takes no more', async () => {
      const finish = gate();
      let wasSignalled = false;
      const workers = work(async (data, { signal }) => {
        bench.log.add(data);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        wasSignalled = true;
        await finish.opened;
        bench.log.add(`${data} finished`);
        return done;
      });
      await addAll('a', 'b');
      await bench.log.reaches(1);
      const stopped = workers.stop().then(() => bench.log.add('stopped'));
      finish.open();
      await stopped;
      expect(wasSignalled).toBe(true);
      expect(bench.log.entries).toEqual(['a', 'a finished', 'stopped']);
      expect(await bench.queue.size()).toBe(1);
    });

    it('keeps a job that was broken off, and calls that no error', async () => {
      const workers = work(async (data, { signal }) => {
        bench.log.add(data);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        throw new FlantsError('aborted', 'stopped before it was done');
      });
      await add('a');
      await bench.log.reaches(1);
      await workers.stop();
      expect(await bench.queue.size()).toBe(1);
      work(note);
      expect(await bench.log.reaches(2)).toEqual(['a', 'a']);
    });

    it('may be said twice, and with nothing to do', async () => {
      const workers = work(note);
      await workers.stop();
      await workers.stop();
      await add('a');
      expect(await bench.queue.size()).toBe(1);
      expect(bench.log.entries).toEqual([]);
    });

    it('leaves the other workers at it', async () => {
      const first = work(note);
      work(note);
      await first.stop();
      await add('a');
      expect(await bench.log.reaches(1)).toEqual(['a']);
    });
  });

  describe('closing', () => {
    it('stops the workers and takes no more jobs', async () => {
      let wasSignalled = false;
      work(async (data, { signal }) => {
        bench.log.add(data);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        wasSignalled = true;
        return done;
      });
      await addAll('a', 'b');
      await add('later', { delayMs: 60_000 });
      await bench.log.reaches(1);
      await bench.queue.close();
      await bench.queue.close();
      expect(wasSignalled).toBe(true);
      expect(bench.log.entries).toEqual(['a']);
      await expect(add('c')).rejects.toMatchObject({ code: 'aborted' });
    });
  });

  it('calls no job lost whose handler came to an end, whatever that was', async () => {
    work(
      async (data, { lost }) => {
        bench.log.add(`${data} lost ${lost} times`);
        if (bench.log.entries.length === 1) return { result: 'again', delayMs: 5 };
        if (bench.log.entries.length === 2) throw new Error('no');
        return done;
      },
      1,
      () => {},
    );
    await add('a');
    await empty();
    expect(bench.log.entries).toEqual(Array.from({ length: 3 }, () => 'a lost 0 times'));
  });
}
