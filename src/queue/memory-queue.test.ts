import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobHandler } from './job-queue.ts';
import { MemoryQueue } from './memory-queue.ts';

const day = 24 * 60 * 60 * 1000;

/** Notes what it gets. */
function notingHandler(seen: string[]): (data: string) => Promise<{ result: 'done' }> {
  return async (data) => {
    seen.push(data);
    return { result: 'done' };
  };
}

describe('a queue in memory', () => {
  let queue: MemoryQueue<string>;
  let seen: string[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    queue = new MemoryQueue({ baseDelayMs: 100, maxDelayMs: 1000 });
    seen = [];
  });

  afterEach(async () => {
    await queue.close();
    vi.useRealTimers();
  });

  /** Lets time pass, and then what it has set off. */
  const pass = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
    await turn();
    await turn();
  };

  it('brings all delayed jobs at once when it is hastened, by their priority', async () => {
    queue.work(notingHandler(seen), { concurrency: 1, onError: () => {} });
    await queue.add({ id: 'a', data: 'a', priority: 2, delayMs: 1000 });
    await queue.add({ id: 'b', data: 'b', priority: 1, delayMs: day });
    queue.hasten();
    await pass(0);
    expect(seen).toEqual(['b', 'a']);
    await pass(2000);
    expect(seen).toHaveLength(2);
  });

  it('brings a delayed job when its time has come, and not before', async () => {
    queue.work(notingHandler(seen), { concurrency: 1, onError: () => {} });
    await queue.add({ id: 'b', data: 'b', priority: 1, delayMs: 2000 });
    await queue.add({ id: 'a', data: 'a', priority: 1, delayMs: 1000 });
    await pass(999);
    expect(seen).toEqual([]);
    await pass(1);
    expect(seen).toEqual(['a']);
    await pass(1000);
    expect(seen).toEqual(['a', 'b']);
  });

  it('waits longer than a timer can', async () => {
    queue.work(notingHandler(seen), { concurrency: 1, onError: () => {} });
    await queue.add({ id: 'a', data: 'a', priority: 1, delayMs: 60 * day });
    await pass(59 * day);
    expect(seen).toEqual([]);
    await pass(day);
    expect(seen).toEqual(['a']);
  });

  it('doubles the delay of a job whose handler throws, up to a bound, and begins anew after a good turn', async () => {
    const turns: number[] = [];
    const handler = async (): Promise<{ result: 'again'; delayMs: number }> => {
      turns.push(performance.now());
      if (turns.length !== 7) throw new Error('no');
      return { result: 'again', delayMs: 10 };
    };
    queue.work(handler, { concurrency: 1, onError: () => {} });
    await queue.add({ id: 'a', data: 'a', priority: 1 });
    while (turns.length < 9) await pass(10);
    const pauses = turns.slice(1).map((at, index) => Math.round(at - (turns[index] ?? 0)));
    expect(pauses).toEqual([100, 200, 400, 800, 1000, 1000, 10, 100]);
  });

  it('leaves no timer behind when it is closed', async () => {
    await queue.add({ id: 'a', data: 'a', priority: 1, delayMs: day });
    expect(vi.getTimerCount()).toBe(1);
    await queue.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets others live while a job comes again and again at once', async () => {
    let turns = 0;
    const handler = async (): Promise<{ result: 'again'; delayMs: number }> => {
      turns++;
      return { result: 'again', delayMs: 0 };
    };
    queue.work(handler, { concurrency: 1, onError: () => {} });
    await queue.add({ id: 'a', data: 'a', priority: 1 });
    for (let at = 0; at < 10; at++) await turn();
    expect(turns).toBeGreaterThan(1);
  });
});

describe('Room in a queue', () => {
  const never = new AbortController().signal;
  const add = (queue: MemoryQueue<string>, id: string): Promise<void> => queue.add({ id, data: id, priority: 1 });

  it('comes when a job is done', async () => {
    const queue = new MemoryQueue<string>();
    await add(queue, 'a');
    await queue.room(2, { signal: never });
    await add(queue, 'b');
    const order: string[] = [];
    const waiting = queue.room(2, { signal: never }).then(() => order.push('room'));
    const handler: JobHandler<string> = async (data) => {
      order.push(data);
      return data === 'a' ? { result: 'done' } : { result: 'again', delayMs: 60_000 };
    };
    queue.work(handler, { concurrency: 1, onError: () => {} });
    await waiting;
    expect(order[0]).toBe('a');
    expect(await queue.size()).toBe(1);
    await queue.close();
  });

  it('is given up when the signal says so', async () => {
    const queue = new MemoryQueue<string>();
    await add(queue, 'a');
    const controller = new AbortController();
    const waiting = queue.room(1, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect(queue.room(1, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('is a question with sense for one job or more', async () => {
    await expect(new MemoryQueue<string>().room(0, { signal: never })).rejects.toMatchObject({ code: 'internal' });
  });

  it('keeps one who adds within the bound', async () => {
    const queue = new MemoryQueue<string>();
    let largest = 0;
    const handler: JobHandler<string> = async () => {
      largest = Math.max(largest, await queue.size());
      return { result: 'done' };
    };
    queue.work(handler, { concurrency: 3, onError: () => {} });
    for (let at = 0; at < 200; at++) {
      await queue.room(10, { signal: never });
      await add(queue, `job-${at}`);
    }
    await queue.room(1, { signal: never });
    expect(largest).toBeGreaterThan(1);
    expect(largest).toBeLessThanOrEqual(10);
    await queue.close();
  });
});

it('a queue in memory works off 100,000 jobs', async () => {
  const queue = new MemoryQueue<string>();
  const seen: string[] = [];
  for (let at = 0; at < 100_000; at++) {
    await queue.add({ id: String(at), data: String(at), priority: at % 11, delayMs: at % 2 });
  }
  queue.work(notingHandler(seen), { concurrency: 8, onError: () => {} });
  await queue.room(1, { signal: new AbortController().signal });
  expect(seen).toHaveLength(100_000);
  await queue.close();
});
