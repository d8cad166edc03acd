import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../test/servers/redis.ts';
import { startVersitygw } from '../test/servers/versitygw.ts';
import { inMiB, median, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import type { Command } from './measure.ts';
import { tell } from './results.ts';

const runs = 5;
/** An idle role has settled after so long: what its start left behind is collected. */
const settledMs = 5_000;
const kinds = ['crawler', 'transfer', 'aggregator'] as const;
const goals = { cpuMs: 400, bytes: 90e6 } as const;
/** Of the times in `/proc`. */
const msPerTick = 10;

interface Idle {
  /** From the start until the role is ready. */
  readonly cpuMs: number;
  readonly settledBytes: number;
}

/** What a process of a cluster costs that has nothing to do: CPU to start it, and the memory that it keeps. */
export async function idle(
  installed: Installed,
  { others }: { readonly others: ReadonlyMap<string, Installed> },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-bench-idle-'));
  const redis = await startRedis({ appendonly: true });
  const store = await startVersitygw();
  try {
    await mkdir(join(folder, 'to'));
    const places = {
      folder: { to: join(folder, 'to'), env: { FLANTS_JOURNAL: join(folder, 'journal') } },
      S3: {
        to: `s3://${store.bucket}/idle`,
        env: {
          FLANTS_JOURNAL: `s3://${store.bucket}/idle-journal`,
          FLANTS_ENDPOINT: store.endpoint,
          FLANTS_REGION: store.region,
          AWS_ACCESS_KEY_ID: store.accessKeyId,
          AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
        },
      },
    };
    const packages = new Map([['flants', installed], ...others]);
    const seen = new Map<string, Idle[]>();
    // In turn, and the first of each is left out: it fills the compile cache.
    for (let run = 0; run <= runs; run += 1) {
      for (const [place, { to, env }] of Object.entries(places)) {
        for (const kind of kinds) {
          for (const [name, each] of packages) {
            const key = [name, kind, place].join(', ');
            const cluster = { FLANTS_REDIS: redis.url, FLANTS_REDIS_PREFIX: `${place}-${name}`, ...env };
            const one = await idleOf(each.command([kind, to, '--listen', '127.0.0.1:0'], cluster));
            if (run > 0) seen.set(key, [...(seen.get(key) ?? []), one]);
          }
        }
      }
    }
    const rows = [...seen].map(([name, each]) => ({
      name,
      cpuMs: median(each.map(({ cpuMs }) => cpuMs)),
      settledBytes: median(each.map(({ settledBytes }) => settledBytes)),
    }));
    console.log(`a process of a cluster that has nothing to do, medians of ${runs}`);
    console.log(
      `${tableOf([
        ['', 'CPU ms to start', 'memory'],
        ...rows.map(({ name, cpuMs, settledBytes }) => [name, String(cpuMs), inMiB(settledBytes)]),
      ])}\n`,
    );
    const ok = rows.every(({ cpuMs, settledBytes }) => cpuMs < goals.cpuMs && settledBytes < goals.bytes);
    tell({ bench: 'idle', runs, ...Object.fromEntries(rows.map(({ name, ...cost }) => [name, cost])), ok });
  } finally {
    await redis.stop();
    await store.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts a role, waits until it has settled, and ends it. */
async function idleOf({ file, args, env }: Command): Promise<Idle> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const ended = once(child, 'exit');
  try {
    let said = '';
    for await (const line of createInterface({ input: child.stderr })) {
      said += `${line}\n`;
      if (line.includes('"ready"')) break;
    }
    if (child.exitCode !== null || !said.includes('"ready"')) throw new Error(`${args.join(' ')}: ${said}`);
    child.stderr.resume();
    const cpuMs = cpuMsOf(child.pid);
    await sleep(settledMs);
    return { cpuMs, settledBytes: residentBytesOf(child.pid) };
  } finally {
    // As a machine does that goes away: nothing is written at its end that would help the next start.
    child.kill('SIGKILL');
    await ended;
  }
}

/** Fields 14 and 15 of proc_pid_stat(5); the second, in parentheses, may hold blanks. */
function cpuMsOf(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

function residentBytesOf(pid: number | undefined): number {
  const kiB = 1024;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * kiB;
}
