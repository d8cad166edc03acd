import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '../../src/config/service-options.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import { startFlants } from '../e2e/flants.ts';
import type { FlantsOptions } from '../e2e/flants.ts';
import { herd, preys } from './kill-plan.ts';
import type { Prey } from './kill-plan.ts';
import { commandVictim, redisVictim } from './victim.ts';
import type { Victim } from './victim.ts';

/** Every process of a cluster, by what it is. */
export type Herd = Readonly<Record<Prey, readonly Victim[]>>;

/** How a cluster is run. */
export interface HerdOptions {
  readonly command: FlantsOptions;
  /** Most videos that wait to be crawled: the others come later, so that every role has something to do all along. */
  readonly maxVideos: number;
  /** Folder for what the processes say. */
  readonly logs: string;
  /** Hears of processes that end by themselves. */
  readonly onTrouble: (what: string) => void;
  /** Hears of those that found no Redis when they started: on a busy machine it takes its time to come back. */
  readonly onNoRedis: (what: string) => void;
}

/** A claim of a dead process is free soon, and what Redis lost is found soon. */
const clocks = ['--lease', '10s', '--reconcile-every', '1s', '--recover-every', '5s', '--scan-every', '10s'];
/** What the gate holds back is no failure of the source. */
const patient = ['--source-timeout', '10m'];
const bounds = ['--threads', '1', '--concurrency', '16', '--listen', '127.0.0.1:0'];

/** Starts each role by itself, so that nobody but its killer starts it again. */
export function startHerd(stage: ClusterStage, options: HerdOptions): Herd {
  const victimsOf = (role: Role): readonly Victim[] => {
    const sources = role === 'scanner' ? [stage.catalogue] : [];
    const args = [
      role,
      ...sources,
      stage.destination,
      ...bounds,
      ...patient,
      '--max-videos',
      String(options.maxVideos),
      ...clocks,
    ];
    return Array.from({ length: herd[role].count }, (_, number) => {
      const name = `${role}-${number + 1}`;
      const log = join(options.logs, `${name}.log`);
      return commandVictim(name, () => startFlants(args, options.command), {
        onTrouble: options.onTrouble,
        onNoRedis: options.onNoRedis,
        onEnd: ({ stdout, stderr, code, signal }) =>
          void appendFile(log, `${stdout}${stderr}-- ended with ${signal ?? code}\n`),
      });
    });
  };
  return {
    scanner: victimsOf('scanner'),
    crawler: victimsOf('crawler'),
    transfer: victimsOf('transfer'),
    aggregator: victimsOf('aggregator'),
    redis: [redisVictim(stage.redis)],
  };
}

/** Waits until all that were killed are back. */
export async function herdIsBack(victims: Herd): Promise<void> {
  await Promise.all(allOf(victims).map((victim) => victim.running()));
}

/** Ends all of them. */
export async function stopHerd(victims: Herd): Promise<void> {
  await Promise.all(allOf(victims).map((victim) => victim.stop()));
}

function allOf(victims: Herd): readonly Victim[] {
  return preys.flatMap((prey) => victims[prey]);
}
