import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import type { LibrarySpec } from './library.ts';
import { measure } from './measure.ts';
import { tell } from './results.ts';
import { copyCommand, onStage } from './stage.ts';
import type { Stage } from './stage.ts';

const kiB = 1024;
const threads = 2;

/** Files of one video, and the rate that they are copied with: about twelve seconds each. */
interface Case extends Omit<LibrarySpec, 'filesOfVideo'> {
  readonly kiBPerSecond: number;
}

const cases: readonly Case[] = [
  { files: 18_000, fileBytes: kiB, kiBPerSecond: 1_500 },
  { files: 12_000, fileBytes: 16 * kiB, kiBPerSecond: 16_000 },
  { files: 1_200, fileBytes: 256 * kiB, kiBPerSecond: 25_000 },
  { files: 600, fileBytes: 2_048 * kiB, kiBPerSecond: 100_000 },
];

/** The share of a copy before and after the part that is measured: its start, and its last files. */
const edge = 0.15;

/**
 * How much of `--bwlimit` two threads use, by the times at which objects arrive. A machine that cannot copy as fast as the
 * limit shows less: what it copies without a limit stands beside.
 */
export async function bwlimit(installed: Installed, { rounds }: { readonly rounds: number }): Promise<void> {
  const rows: string[][] = [];
  for (const spec of cases) {
    const { files, fileBytes, kiBPerSecond } = spec;
    // The limit counts playlists too: the only one is read before the first file.
    const rates = await onStage({ files, fileBytes, filesOfVideo: files }, async (stage) => {
      const limited: number[] = [];
      const free: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        limited.push(await rateOf(stage, installed, `limited-${round}`, ['--bwlimit', `${kiBPerSecond}K`]));
        free.push(await rateOf(stage, installed, `free-${round}`, []));
      }
      return { limited: median(limited), free: median(free) };
    });
    const share = rates.limited / kiB / kiBPerSecond;
    const perSecond = (bytes: number): string => `${Math.round(bytes / kiB)} KiB/s`;
    rows.push([
      `${files} files of ${fileBytes / kiB} KiB`,
      perSecond(kiBPerSecond * kiB),
      perSecond(rates.limited),
      share.toFixed(3),
      perSecond(rates.free),
    ]);
    tell({ bench: 'bwlimit', threads, rounds, ...spec, share, ...rates });
  }
  console.log(`--bwlimit on ${threads} threads, medians of ${rounds}`);
  console.log(`${tableOf([['', 'limit', 'reached', 'share', 'without limit'], ...rows])}\n`);
}

/** Bytes per second of the middle of a copy. */
async function rateOf(stage: Stage, installed: Installed, prefix: string, flags: readonly string[]): Promise<number> {
  const state = await mkdtemp(join(tmpdir(), 'flants-bench-state-'));
  const folder = join(stage.store.folder, prefix);
  try {
    await measure(copyCommand(stage, installed, { prefix, state, flags: ['--threads', String(threads), ...flags] }));
    return middleRate(await arrivalsIn(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(state, { recursive: true, force: true });
  }
}

interface Arrival {
  readonly atMs: number;
  readonly bytes: number;
}

/** Media files in the order in which they arrived. */
async function arrivalsIn(folder: string): Promise<readonly Arrival[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const arrivals: Arrival[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith('.m3u8')) continue;
    const { mtimeMs, size } = await stat(join(entry.parentPath, entry.name));
    arrivals.push({ atMs: mtimeMs, bytes: size });
  }
  return arrivals.toSorted((a, b) => a.atMs - b.atMs);
}

function middleRate(arrivals: readonly Arrival[]): number {
  const middle = arrivals.slice(Math.floor(arrivals.length * edge), Math.ceil(arrivals.length * (1 - edge)));
  const [first, last] = [middle[0], middle.at(-1)];
  if (!first || !last || last.atMs <= first.atMs) throw new Error('too few objects arrived to tell a rate');
  const bytes = middle.slice(1).reduce((sum, arrival) => sum + arrival.bytes, 0);
  return (1000 * bytes) / (last.atMs - first.atMs);
}
