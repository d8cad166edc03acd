import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf } from '../src/domain/revision.ts';
import { openObjectJournal } from '../src/journal/object/journal.ts';
import { RedisLedger } from '../src/ledger/redis/ledger.ts';
import { connectRedis } from '../src/redis/connect.ts';
import { openFolderStore } from '../src/storage/folder/store.ts';
import { startRedis } from '../test/servers/redis.ts';
import type { Installed } from './installed.ts';

/** How large the library is, and how fast its ledger changes. */
export interface WatchedShape {
  readonly videos: number;
  readonly filesOfVideo: number;
  readonly outcomesPerSecond: number;
}

/** An aggregator whose ledger changes as in a copy, without a byte being copied. */
export interface WatchedCluster {
  /** Of the page and the API, with a final slash. */
  readonly url: string;
  /** CPU time of the aggregator so far. */
  cpuSeconds(): number;
  /** Outcomes recorded so far. */
  recorded(): number;
}

const batchFiles = 100;
/** Of each batch so many files fail once, and come with a later one. */
const failing = 2;
const generation = 'b';
const roundMs = 50;
const ticksPerSecond = 100;

/** Seeds a library, starts the aggregator of the package and a recorder beside it, and calls `use`. */
export async function onWatchedCluster<T>(
  installed: Installed,
  shape: WatchedShape,
  use: (cluster: WatchedCluster) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-bench-watched-'));
  const redis = await startRedis({ appendonly: true });
  const client = connectRedis({ url: redis.url }, (error) => console.error(error.message));
  const ledger = new RedisLedger(client, 'flants');
  const destination = join(folder, 'destination');
  const journal = join(folder, 'journal');
  await Promise.all([mkdir(destination), mkdir(journal)]);
  const stop = new AbortController();
  let recorded = 0;
  try {
    const revision = await seed(journal, ledger, shape);
    const { file, args } = installed.command([
      'aggregator',
      destination,
      '--listen',
      '127.0.0.1:0',
      '--log-level',
      'info',
    ]);
    const env = { ...process.env, FLANTS_REDIS: redis.url, FLANTS_JOURNAL: journal };
    const aggregator = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((resolve) => aggregator.once('close', resolve));
    try {
      const port = await portOf(aggregator.stderr);
      const recording = record(ledger, { ...shape, revision, signal: stop.signal, onRecorded: (n) => (recorded += n) });
      const used = await use({
        url: `http://127.0.0.1:${port}/`,
        cpuSeconds: () => cpuSecondsOf(aggregator.pid ?? 0),
        recorded: () => recorded,
      });
      stop.abort();
      await recording;
      return used;
    } finally {
      stop.abort();
      aggregator.kill('SIGTERM');
      await ended;
    }
  } finally {
    client.disconnect();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Submits, seals and registers the library. All videos have the same plan. */
async function seed(journalFolder: string, ledger: RedisLedger, shape: WatchedShape): Promise<string> {
  const journal = openObjectJournal(openFolderStore({ path: journalFolder }), { signal: new AbortController().signal });
  const files = Array.from({ length: shape.filesOfVideo }, (_, index) => {
    const key = `720p/segment-${String(index).padStart(5, '0')}.ts`;
    return { key, url: `https://origin.example/${key}`, role: 'segment' as const };
  });
  const plan = { files, documents: [], playlists: [] };
  const revision = digestOf(plan);
  const rest = { total: files.length, playlists: [], external: [], warnings: [], hasTokens: false };
  for (let number = 0; number < shape.videos; number++) {
    const id = idOf(number);
    const submission = { id, playlistUrl: `https://origin.example/${id}/master.m3u8`, title: `Lecture ${number}` };
    await journal.decide({ type: 'submitted', video: id, at: new Date().toISOString(), submission });
    await journal.seal({ video: id, digest: revision, ...plan, ...rest });
    await ledger.apply(id, { type: 'open', generation: 'a' });
    await ledger.apply(id, { type: 'register', seen: 'a', generation, revision, total: files.length, done: [] });
  }
  return revision;
}

interface Recording extends WatchedShape {
  readonly revision: string;
  readonly signal: AbortSignal;
  readonly onRecorded: (outcomes: number) => void;
}

/** Records batches at a steady pace, in no order of videos; what failed comes with a batch of its own when a video is through. */
async function record(ledger: RedisLedger, recording: Recording): Promise<void> {
  const { videos, filesOfVideo, outcomesPerSecond, revision, signal, onRecorded } = recording;
  const next = Array.from({ length: videos }, () => 0);
  const left = Array.from({ length: videos }, (): number[] => []);
  const startedAt = performance.now();
  let recorded = 0;
  const one = async (video: number): Promise<void> => {
    const from = next[video] ?? 0;
    const size = Math.min(batchFiles, filesOfVideo - from);
    const failed = new Set(Array.from({ length: failing }, () => from + Math.floor(Math.random() * size)));
    const batch = Array.from({ length: size }, (_, n) => from + n);
    const done = size > 0 ? batch.filter((index) => !failed.has(index)) : (left[video]?.splice(0, batchFiles) ?? []);
    if (size > 0) left[video]?.push(...failed);
    next[video] = from + size;
    if (done.length === 0) return;
    await ledger.apply(idOf(video), { type: 'record', generation, revision, done, failed: [] });
    recorded += done.length;
    onRecorded(done.length);
  };
  while (!signal.aborted) {
    const due = ((performance.now() - startedAt) / 1000) * outcomesPerSecond;
    const batches = Math.max(0, Math.round((due - recorded) / (batchFiles - failing)));
    await Promise.all(Array.from({ length: Math.min(batches, 100) }, () => one(Math.floor(Math.random() * videos))));
    await sleep(roundMs, undefined, { signal }).catch(() => undefined);
  }
}

function idOf(number: number): string {
  return `lecture-${String(number).padStart(4, '0')}`;
}

async function portOf(stderr: NodeJS.ReadableStream): Promise<number> {
  let text = '';
  for await (const chunk of stderr) {
    text += String(chunk);
    const port = /"port":\s*(\d+)/.exec(text)?.[1];
    if (port === undefined) continue;
    stderr.resume();
    return Number(port);
  }
  throw new Error(`the aggregator ended: ${text}`);
}

/** Fields 14 and 15 of proc_pid_stat(5). */
function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
