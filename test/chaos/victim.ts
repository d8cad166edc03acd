import { setTimeout as sleep } from 'node:timers/promises';
import { minute, second } from '../../src/domain/units.ts';
import type { FlantsResult, RunningFlants } from '../e2e/flants.ts';
import type { RedisServer } from '../servers/redis.ts';

/** A process that is the killer's to kill, and comes back by itself. */
export interface Victim {
  /** Waits until it runs, then kills it. It is started again after the pause. */
  kill(pauseMs: number): Promise<void>;
  /** Waits until it runs. */
  running(): Promise<void>;
  /** Ends it for good, in order where it can. */
  stop(): Promise<void>;
}

/** What a victim tells. */
export interface VictimHooks {
  /** A process of it ended, whatever the cause. */
  readonly onEnd: (result: FlantsResult) => void;
  /** It ended by itself, or not as it should. */
  readonly onTrouble: (what: string) => void;
  /** It found no Redis when it started, said so, and is started again as any supervisor would. */
  readonly onNoRedis: (what: string) => void;
}

const readyText = '"message":"ready"';
const restMs = second;
const lookMs = 50;
/** More than a process allows itself to finish what is in flight. */
const stopMs = minute;

/** Keeps a command running. */
export function commandVictim(
  name: string,
  start: () => RunningFlants,
  { onEnd, onTrouble, onNoRedis }: VictimHooks,
): Victim {
  let wanted: 'running' | 'killed' | 'stopped' = 'running';
  let current: Promise<RunningFlants>;

  const begin = (): RunningFlants => {
    wanted = 'running';
    const process = start();
    void watch(process);
    return process;
  };
  const watch = async (process: RunningFlants): Promise<void> => {
    const result = await process.ended;
    onEnd(result);
    const { code, signal } = result;
    if (wanted === 'killed' && signal === 'SIGKILL') return;
    if (wanted === 'stopped' && code === 0) return;
    const words = `${name} ended with ${signal ?? code}`;
    if (wanted !== 'running') return onTrouble(words);
    if (foundNoRedis(result)) onNoRedis(`${words}: it found no Redis`);
    else onTrouble(`${words} by itself`);
    current = sleep(restMs).then(begin);
  };
  current = Promise.resolve(begin());
  /** The process once it is ready, also where it found no Redis and is started again; after a minute as it is. */
  const settled = async (): Promise<RunningFlants> => {
    const giveUp = sleep(stopMs, true, { ref: false });
    for (;;) {
      const process = await current;
      const isReady = process.says(readyText).then(
        () => true,
        () => false,
      );
      if (await Promise.race([isReady, giveUp])) return process;
      await sleep(lookMs);
    }
  };

  return {
    async kill(pauseMs) {
      let process = await current;
      for (wanted = 'killed'; !process.kill('SIGKILL'); wanted = 'killed') {
        // It was quicker, and is on its way back.
        wanted = 'running';
        await sleep(lookMs);
        process = await current;
      }
      await process.ended;
      current = sleep(pauseMs).then(begin);
    },
    running: async () => void (await current),
    async stop() {
      // One that is still loading does not hear SIGTERM yet.
      const process = await settled();
      wanted = 'stopped';
      process.kill('SIGTERM');
      const timer = setTimeout(() => process.kill('SIGKILL'), stopMs);
      await process.ended;
      clearTimeout(timer);
    },
  };
}

function foundNoRedis({ code, stderr }: FlantsResult): boolean {
  return code === 1 && stderr.includes('cannot reach Redis') && !stderr.includes(readyText);
}

/** Keeps Redis running. Its owner ends it. */
export function redisVictim(redis: RedisServer): Victim {
  let current: Promise<unknown> = Promise.resolve();
  return {
    async kill(pauseMs) {
      await current;
      await redis.kill();
      current = sleep(pauseMs).then(() => redis.restart());
      // Whoever waits for it hears of it.
      current.catch(() => undefined);
    },
    running: async () => void (await current),
    stop: async () => void (await current),
  };
}
