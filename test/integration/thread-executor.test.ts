import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AntData, AntExtra } from '../../src/app/ant.ts';
import type { BatchEnd, BatchMessage } from '../../src/domain/batch.ts';
import type { FileFailure, Outcome } from '../../src/domain/outcome.ts';
import { minute } from '../../src/domain/units.ts';
import { createThreadExecutor } from '../../src/executor/threads.ts';
import type { ThreadsOptions } from '../../src/executor/threads.ts';
import type { Executor } from '../../src/executor/executor.ts';
import { loopbackSource } from '../servers/loopback-source.ts';
import { startOrigin } from '../servers/origin.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';

const execute = promisify(execFile);
const { signal } = new AbortController();
const message: BatchMessage = {
  format: 1,
  id: '0',
  video: 'v',
  generation: 'g',
  files: [],
  existing: 'verify',
  sha256: false,
};

let executor: Executor | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await executor?.close();
  executor = undefined;
});

function sharedCount(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

function open(
  extra: () => Promise<string>,
  { batchesPerThread = 1, ...more }: Partial<ThreadsOptions<string>> = {},
): Executor {
  executor = createThreadExecutor<string>({
    worker: new URL('./listening-ant.ts', import.meta.url),
    workerData: undefined,
    threads: 1,
    batchesPerThread,
    extra,
    ...more,
  });
  return executor;
}

const run = async (onFailure: (told: FileFailure) => void): Promise<BatchEnd | undefined> =>
  executor?.run(message, {
    drain: signal,
    signal,
    onOutcomes: async (outcomes: readonly Outcome[]) => {
      for (const outcome of outcomes) if (outcome.kind === 'failed') onFailure(outcome.failure);
    },
  });

describe('credentials that are renewed', () => {
  it('reach the batch that is under way', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const drain = new AbortController();
    const seen = new Set<string>();
    const s3 = createServer((request, response) => {
      const [, key = 'none'] = /Credential=(\w+)/.exec(request.headers.authorization ?? '') ?? [];
      seen.add(key);
      if (key === 'NEW') drain.abort();
      request.resume().on('end', () => response.writeHead(200, { etag: '"1"' }).end());
    }).listen(0, '127.0.0.1');
    await once(s3, 'listening');
    const origin = await startOrigin({ files: { '/seg.ts': 'media' } });
    const data: AntData = {
      source: { ...loopbackSource, connections: 1, timeoutMs: 5000 },
      store: {
        kind: 's3',
        bucket: 'bucket',
        prefix: '',
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`,
        connections: 1,
      },
      capabilities: allCapabilities,
      streams: { first: 1, most: 1 },
      heldBytes: 1000,
    };
    const keys = ['OLD'];
    executor = createThreadExecutor<AntExtra>({
      worker: new URL('../../src/app/ant.ts', import.meta.url),
      workerData: data,
      threads: 1,
      extra: async () => ({ store: { accessKeyId: keys.shift() ?? 'NEW', secretAccessKey: 'secret' } }),
    });
    // More files than can go by before a message arrives; the drain ends the batch as soon as it is seen to have.
    const files = Array.from({ length: 5000 }, (_, index) => ({
      index,
      key: `${index}.ts`,
      url: `${origin.url}/seg.ts`,
      fetchUrl: `${origin.url}/seg.ts`,
      role: 'segment' as const,
      contentType: 'video/mp2t',
      cacheControl: '',
      tries: 0,
    }));
    try {
      const end = await executor.run(
        { ...message, files },
        { drain: drain.signal, signal, onOutcomes: async () => void vi.advanceTimersByTime(minute) },
      );
      expect([...seen]).toEqual(['OLD', 'NEW']);
      expect(end).toBe('stopped');
    } finally {
      await origin.stop();
      s3.closeAllConnections();
      s3.close();
    }
  });
});

describe('a batch in a thread', () => {
  it('is given anew what may run out, each minute, and keeps what it has where there is nothing new', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const given = ['stay', undefined, 'stay', 'end'];
    open(async () => {
      const next = given.shift();
      if (next === undefined) throw new Error('none now');
      return next;
    });
    const heard: string[] = [];
    const end = await run(({ failure }) => {
      heard.push(failure.message);
      vi.advanceTimersByTime(heard.length === 1 ? 2 * minute : minute);
    });
    expect(heard).toEqual(['stay', 'stay', 'end']);
    expect(end).toBe('finished');
    expect(vi.getTimerCount(), 'nothing goes on when it has ended').toBe(0);
  });

  it('runs beside as many others as a thread takes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let extra = 'stay';
    open(async () => extra, { batchesPerThread: 3 });
    const workers: string[] = [];
    const allRun = Promise.withResolvers<void>();
    const ends = [1, 2, 3].map(() =>
      run(({ worker }) => {
        if (workers.push(worker) === 3) allRun.resolve();
      }),
    );
    await allRun.promise;
    expect(new Set(workers).size).toBe(1);
    extra = 'end';
    vi.advanceTimersByTime(minute);
    expect(await Promise.all(ends)).toEqual(['finished', 'finished', 'finished']);
  });

  it('finds another thread when one has died that had nothing to do', async () => {
    open(() => Promise.resolve('die'));
    const workers = new Set<string>();
    while (workers.size < 2) await run(({ worker }) => workers.add(worker));
    expect(workers.size).toBe(2);
  });
});

describe('threads', () => {
  it('start at once, or for the first batch', async () => {
    const started = { early: sharedCount(), late: sharedCount() };
    const early = open(() => Promise.resolve('end'), { workerData: started.early });
    await vi.waitUntil(() => started.early[0] === 1, { timeout: 10_000 });
    await early.close();
    open(() => Promise.resolve('end'), { workerData: started.late, startsLate: true });
    await sleep(200);
    expect(started.late[0]).toBe(0);
    expect(await Promise.all([run(() => {}), run(() => {})])).toEqual(['finished', 'finished']);
    expect(started.late[0]).toBe(1);
  });
});

describe('a process that may open few files', () => {
  const endsOf = async (openFiles: number): Promise<readonly string[]> => {
    const script = join(import.meta.dirname, 'many-threads.ts');
    const { stdout } = await execute('sh', ['-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, process.execPath, script]);
    return JSON.parse(stdout) as string[];
  };

  it('and starts no thread refuses each batch, and none waits for ever', async () => {
    const ends = await endsOf(24);
    expect(ends).toContain('machine.threads');
    // Whatever a thread was to run that did not start is given back free.
    for (const end of ends) expect(['machine.threads', 'stopped']).toContain(end);
  });

  it('and starts some threads gives back free what the others were to run', async () => {
    // Enough for five of eight: with room for two, all eight may take a part of it and none starts.
    const ends = await endsOf(48);
    expect(ends).toContain('finished');
    expect(new Set(ends)).toEqual(new Set(['finished', 'stopped']));
  });
});
