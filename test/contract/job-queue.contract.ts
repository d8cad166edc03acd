import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import type { JobEnd, JobHandler, JobQueue, NewJob, QueueWorkers } from '../../src/queue/job-queue.ts';

/** What a driver gives the contract for each test. Its queue brings jobs whose handler threw again within a second. */
export interface JobQueueUnderTest {
  readonly queue: JobQueue<string>;
  close(): Promise<void>;
}

const done: JobEnd = { result: 'done' };
const unexpected = (error: unknown): void => {
  throw new Error('a handler threw', { cause: error });
};
const never = new AbortController().signal;

/** Collects what handlers were given, and lets a test wait for the n-th. */
class Log {
  readonly entries: string[] = [];
  #waiting: { count: number; resolve: () => void }[] = [];

  add(entry: string): void {
    this.entries.push(entry);
    for (const { count, resolve } of this.#waiting) if (this.entries.length >= count) resolve();
  }

  async reaches(count: number): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ count, resolve });
    if (this.entries.length >= count) resolve();
    await promise;
    return this.entries;
  }
}

/** A promise that a test resolves. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** What every queue promises; a driver test calls it with a factory. */
export function describeJobQueue(name: string, create: () => Promise<JobQueueUnderTest>): void {
  describe(`${name}: a job queue`, () => {
    let test: JobQueueUnderTest;
    let queue: JobQueue<string>;
    let log: Log;

    beforeEach(async () => {
      test = await create();
      queue = test.queue;
      log = new Log();
    });

    afterEach(() => test.close());

    const add = (id: string, more: Partial<NewJob<string>> = {}): Promise<void> =>
      queue.add({ id, data: id, priority: 10, ...more });
    const addAll = async (...ids: readonly string[]): Promise<void> => {
      for (const id of ids) await add(id);
    };
    const work = (handler: JobHandler<string>, concurrency = 1, onError = unexpected): QueueWorkers =>
      queue.work(handler, { concurrency, onError });
    const note: JobHandler<string> = async (data) => {
      log.add(data);
      return done;
    };
    const empty = (): Promise<void> => expect.poll(() => queue.size(), { timeout: 10_000, interval: 5 }).toBe(0);

    describe('order', () => {
      it('is that of priority, and of arrival among equals', async () => {
        const order = [10, 0, 5, 2, 10, 0, 5, 2];
        for (const [at, priority] of order.entries()) await add(`${priority}-${at}`, { priority });
        work(note);
        expect(await log.reaches(8)).toEqual(['0-1', '0-5', '2-3', '2-7', '5-2', '5-6', '10-0', '10-4']);
      });

      it('lets a better job overtake those that wait', async () => {
        const first = gate();
        work(async (data) => {
          log.add(data);
          if (data === 'first') await first.opened;
          return done;
        });
        await add('first');
        await log.reaches(1);
        await addAll('b', 'c');
        await add('retry', { priority: 1 });
        first.open();
        expect(await log.reaches(4)).toEqual(['first', 'retry', 'b', 'c']);
      });

      it('holds for thousands', async () => {
        const ids = Array.from({ length: 3000 }, (_, index) => String(index).padStart(5, '0'));
        for (const id of ids) await add(id, { priority: Number(id) % 7 });
        work(note, 4);
        const seen = await log.reaches(3000);
        expect(seen).toEqual(ids.toSorted((a, b) => (Number(a) % 7) - (Number(b) % 7) || Number(a) - Number(b)));
      });

      it('puts delayed jobs behind, by when they are due', async () => {
        await add('late', { delayMs: 120 });
        await add('soon', { delayMs: 30 });
        await add('now');
        work(note);
        expect(await log.reaches(3)).toEqual(['now', 'soon', 'late']);
      });

      it('lets no delayed job come before its time, however good it is', async () => {
        await add('best', { delayMs: 60_000, priority: 0 });
        await addAll('a', 'b');
        work(note);
        expect(await log.reaches(2)).toEqual(['a', 'b']);
        await expect.poll(() => queue.size()).toBe(1);
      });
    });

    describe('ids', () => {
      it('that wait or are delayed are ignored', async () => {
        await add('a');
        await add('a', { data: 'other' });
        await add('b', { delayMs: 30 });
        await add('b', { data: 'other' });
        expect(await queue.size()).toBe(2);
        expect(await Promise.all(['a', 'b', 'other'].map((id) => queue.has(id)))).toEqual([true, true, false]);
        work(note);
        expect(await log.reaches(2)).toEqual(['a', 'b']);
        await empty();
        expect(log.entries).toEqual(['a', 'b']);
      });

      it('that are active are ignored', async () => {
        const running = gate();
        work(async (data) => {
          log.add(data);
          await running.opened;
          return done;
        }, 2);
        await add('a');
        await log.reaches(1);
        await add('a', { data: 'other' });
        expect(await queue.size()).toBe(1);
        expect(await queue.has('a')).toBe(true);
        running.open();
        await empty();
        expect(await queue.has('a')).toBe(false);
        expect(log.entries).toEqual(['a']);
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
        expect(await queue.size()).toBe(ids.length);
        for (const id of ids) expect(await queue.has(id)).toBe(true);
        expect(await queue.has('lock')).toBe(false);
        work(note);
        await empty();
        expect(log.entries).toEqual(ids);
      });

      it('that are done may come again', async () => {
        work(note);
        await add('a');
        await empty();
        await add('a');
        expect(await log.reaches(2)).toEqual(['a', 'a']);
      });
    });

    describe('size', () => {
      it('counts jobs that wait, are delayed or active', async () => {
        expect(await queue.size()).toBe(0);
        const running = gate();
        await addAll('a', 'b');
        await add('c', { delayMs: 60_000 });
        expect(await queue.size()).toBe(3);
        work(async (data) => {
          log.add(data);
          await running.opened;
          return done;
        });
        await log.reaches(1);
        expect(await queue.size()).toBe(3);
        running.open();
        await expect.poll(() => queue.size(), { interval: 5 }).toBe(1);
      });
    });

    describe('room', () => {
      it('is there at once below the bound', async () => {
        await add('a');
        expect(await queue.hasCapacity(2)).toBe(true);
        await queue.room(2, { signal: never });
        expect(await queue.size()).toBe(1);
      });

      it('is not there while so many wait or are worked', async () => {
        const running = gate();
        work(async (data) => {
          log.add(data);
          await running.opened;
          return done;
        });
        await addAll('active', 'waiting');
        await log.reaches(1);
        expect(await queue.hasCapacity(2)).toBe(false);
        expect(await queue.hasCapacity(3)).toBe(true);
        running.open();
        await queue.room(1, { signal: never });
        expect(await queue.hasCapacity(1)).toBe(true);
      });

      it('ends where delayed jobs are a hundred times as many', async () => {
        for (let at = 0; at < 100; at++) await add(`late-${at}`, { delayMs: 60_000 });
        expect(await queue.hasCapacity(1)).toBe(false);
        expect(await queue.hasCapacity(2)).toBe(true);
      });

      it('is a question with sense for one job or more', async () => {
        await expect(queue.hasCapacity(0)).rejects.toMatchObject({ code: 'internal' });
        await expect(queue.room(0, { signal: never })).rejects.toMatchObject({ code: 'internal' });
      });

      it('comes when a job is done', async () => {
        await addAll('a', 'b');
        const order: string[] = [];
        const waiting = queue.room(2, { signal: never }).then(() => order.push('room'));
        work(async (data) => {
          order.push(data);
          return data === 'a' ? done : { result: 'again', delayMs: 60_000 };
        });
        await waiting;
        expect(order).toContain('a');
        expect(await queue.size()).toBe(1);
      });

      it('is not held up by jobs that only wait for their time', async () => {
        for (let at = 0; at < 50; at++)
          await queue.add({ id: `late-${at}`, data: 'late', priority: 1, delayMs: 60_000 });
        await queue.room(1, { signal: never });
        expect(await queue.size()).toBe(50);
      });

      it('is given up when the signal says so', async () => {
        await add('a');
        const controller = new AbortController();
        const waiting = queue.room(1, { signal: controller.signal });
        controller.abort();
        await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
        await expect(queue.room(1, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
      });

      it('keeps one who adds within the bound', async () => {
        let largest = 0;
        work(async () => {
          largest = Math.max(largest, await queue.size());
          return done;
        }, 3);
        for (let at = 0; at < 200; at++) {
          await queue.room(10, { signal: never });
          await add(`job-${at}`);
        }
        await empty();
        expect(largest).toBeLessThanOrEqual(10);
      });
    });

    describe('a job that wants to come again', () => {
      it('comes again, with what it carries, until it is done', async () => {
        work(async (data) => {
          log.add(data);
          return log.entries.length < 3 ? { result: 'again', delayMs: 5 } : done;
        });
        await add('a', { data: 'payload' });
        await empty();
        expect(log.entries).toEqual(['payload', 'payload', 'payload']);
      });

      it('lets others go first meanwhile', async () => {
        work(async (data) => {
          log.add(data);
          return data === 'a' ? { result: 'again', delayMs: 60_000 } : done;
        });
        await add('a', { priority: 1 });
        await log.reaches(1);
        await addAll('b', 'c');
        expect(await log.reaches(3)).toEqual(['a', 'b', 'c']);
        await expect.poll(() => queue.size()).toBe(1);
      });

      it('may want so at once, and still lets others live', async () => {
        const others = gate();
        work(async (data) => {
          log.add(data);
          if (data === 'b') others.open();
          return data === 'a' ? { result: 'again', delayMs: 0 } : done;
        });
        await add('a');
        await log.reaches(2);
        await add('b');
        await others.opened;
        const turns = log.entries.length;
        expect(await log.reaches(turns + 1)).toContain('b');
      });
    });

    it('calls no job lost whose handler came to an end, whatever that was', async () => {
      work(
        async (data, { lost }) => {
          log.add(`${data} lost ${lost} times`);
          if (log.entries.length === 1) return { result: 'again', delayMs: 5 };
          if (log.entries.length === 2) throw new Error('no');
          return done;
        },
        1,
        () => {},
      );
      await add('a');
      await empty();
      expect(log.entries).toEqual(Array.from({ length: 3 }, () => 'a lost 0 times'));
    });

    describe('a handler that throws', () => {
      it('is told of, and its job comes again', async () => {
        const errors: unknown[] = [];
        const error = new Error('the disk is gone');
        const handler: JobHandler<string> = async (data) => {
          log.add(data);
          if (log.entries.length < 3) throw error;
          return done;
        };
        work(handler, 1, (thrown) => errors.push(thrown));
        await add('a');
        await empty();
        expect(log.entries).toEqual(['a', 'a', 'a']);
        expect(errors).toEqual([error, error]);
      });

      it('takes nothing from the others', async () => {
        const handler: JobHandler<string> = async (data) => {
          log.add(data);
          if (data === 'bad' && log.entries.length < 4) throw new Error('no');
          return done;
        };
        work(handler, 1, () => {});
        await addAll('bad', 'b', 'c');
        await empty();
        expect(log.entries).toEqual(['bad', 'b', 'c', 'bad']);
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
        expect(new Set(log.entries).size).toBe(100);
        expect(log.entries).toHaveLength(100);
      });
    });

    describe('stopping', () => {
      it('signals the running jobs, waits for them, and takes no more', async () => {
        const finish = gate();
        let wasSignalled = false;
        const workers = work(async (data, { signal }) => {
          log.add(data);
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          wasSignalled = true;
          await finish.opened;
          log.add(`${data} finished`);
          return done;
        });
        await addAll('a', 'b');
        await log.reaches(1);
        const stopped = workers.stop().then(() => log.add('stopped'));
        finish.open();
        await stopped;
        expect(wasSignalled).toBe(true);
        expect(log.entries).toEqual(['a', 'a finished', 'stopped']);
        expect(await queue.size()).toBe(1);
      });

      it('keeps a job that was broken off, and calls that no error', async () => {
        const workers = work(async (data, { signal }) => {
          log.add(data);
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          throw new FlantsError('aborted', 'stopped before it was done');
        });
        await add('a');
        await log.reaches(1);
        await workers.stop();
        expect(await queue.size()).toBe(1);
        work(note);
        expect(await log.reaches(2)).toEqual(['a', 'a']);
      });

      it('may be said twice, and with nothing to do', async () => {
        const workers = work(note);
        await workers.stop();
        await workers.stop();
        await add('a');
        expect(await queue.size()).toBe(1);
        expect(log.entries).toEqual([]);
      });

      it('leaves the other workers at it', async () => {
        const first = work(note);
        work(note);
        await first.stop();
        await add('a');
        expect(await log.reaches(1)).toEqual(['a']);
      });
    });

    describe('closing', () => {
      it('stops the workers and takes no more jobs', async () => {
        let wasSignalled = false;
        work(async (data, { signal }) => {
          log.add(data);
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
          wasSignalled = true;
          return done;
        });
        await addAll('a', 'b');
        await add('later', { delayMs: 60_000 });
        await log.reaches(1);
        await queue.close();
        await queue.close();
        expect(wasSignalled).toBe(true);
        expect(log.entries).toEqual(['a']);
        await expect(add('c')).rejects.toMatchObject({ code: 'aborted' });
      });
    });
  });
}
