import { compete } from './copy.ts';
import { inMiB, medianCost, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { tell } from './results.ts';
import { flantsMover, onStage, rcloneMover } from './stage.ts';

const roundTripMs = 80;
const miB = 1024 * 1024;
const library = { files: 4_000, fileBytes: 256 * 1024, filesOfVideo: 200 };

/**
 * Copies a library from and to servers that are 80 ms away: with the defaults, with one thread, which is what a Lambda
 * function of one core has, with 32 files in flight at the most, and with rclone.
 *
 * @param others - further builds of FLAnts by name, measured in the same rounds
 */
export async function latency(
  installed: Installed,
  { rounds, others }: { readonly rounds: number; readonly others: ReadonlyMap<string, Installed> },
): Promise<void> {
  const movers = new Map([
    ['flants', flantsMover(installed)],
    ['flants, one thread', flantsMover(installed, '--threads', '1')],
    ['flants, at most 32', flantsMover(installed, '--concurrency', '32')],
    ...[...others].map(([name, build]) => [name, flantsMover(build)] as const),
    ['rclone, 32', rcloneMover(32)],
    ['rclone, 128', rcloneMover(128)],
  ]);
  const costs = await onStage(library, (stage) => compete(stage, movers, rounds), { roundTripMs });
  const bytes = library.files * library.fileBytes;
  const rows = [...costs].map(([name, runs]) => {
    const { seconds, cpuSeconds, peakBytes } = medianCost(runs);
    return [name, seconds.toFixed(1), (bytes / seconds / miB).toFixed(0), cpuSeconds.toFixed(1), inMiB(peakBytes)];
  });
  console.log(`${library.files} files of 256 KiB at ${roundTripMs} ms of round trip, medians of ${rounds}`);
  console.log(`${tableOf([['', 'seconds', 'MiB/s', 'CPU seconds', 'peak memory'], ...rows])}\n`);
  const medians = Object.fromEntries([...costs].map(([name, runs]) => [name, medianCost(runs)]));
  tell({ bench: 'latency', roundTripMs, ...library, rounds, ...medians });
}
