import { findTool } from '../scripts/tools.ts';
import { inMiB, medianCost, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import type { Cost } from './measure.ts';
import { onStage, runFlants, runRclone } from './stage.ts';
import type { Stage } from './stage.ts';

const roundTripMs = 80;
const miB = 1024 * 1024;
const library = { files: 4_000, fileBytes: 256 * 1024, filesOfVideo: 200 };

/** Something that delivers the stage's library below a prefix. */
type Mover = (stage: Stage, prefix: string) => Promise<Cost>;

/**
 * Copies a library from and to servers that are 80 ms away: with the defaults, with one thread, which is what a Lambda
 * function of one core has, with fixed numbers of files in flight, and with rclone.
 *
 * @param others - further builds of FLAnts by name, measured in the same rounds
 */
export async function latency(
  installed: Installed,
  { rounds, others }: { readonly rounds: number; readonly others: ReadonlyMap<string, Installed> },
): Promise<void> {
  const rclone = findTool('rclone');
  if (rclone === undefined) throw new Error('rclone is not there: node scripts/setup-tools.ts --bench');
  const flants =
    (build: Installed, ...flags: readonly string[]): Mover =>
    (stage, prefix) =>
      runFlants(stage, build, prefix, flags);
  const movers: Readonly<Record<string, Mover>> = {
    flants: flants(installed),
    'flants, one thread': flants(installed, '--threads', '1'),
    'flants, at most 32': flants(installed, '--concurrency', '32'),
    ...Object.fromEntries([...others].map(([name, build]) => [name, flants(build)])),
    'rclone, 32': (stage, prefix) => runRclone(stage, rclone, prefix, 32),
    'rclone, 128': (stage, prefix) => runRclone(stage, rclone, prefix, 128),
  };
  const costs = new Map<string, Cost[]>(Object.keys(movers).map((name) => [name, []]));
  await onStage(
    library,
    async (stage) => {
      for (let round = 0; round < rounds; round += 1) {
        for (const [name, move] of Object.entries(movers))
          costs.get(name)?.push(await move(stage, `${name.replaceAll(/\W+/g, '-')}-${round}`));
      }
    },
    { roundTripMs },
  );
  const bytes = library.files * library.fileBytes;
  const rows = [...costs].map(([name, runs]) => {
    const { seconds, cpuSeconds, peakBytes } = medianCost(runs);
    return [name, seconds.toFixed(1), (bytes / seconds / miB).toFixed(0), cpuSeconds.toFixed(1), inMiB(peakBytes)];
  });
  console.log(`${library.files} files of 256 KiB at ${roundTripMs} ms of round trip, medians of ${rounds}`);
  console.log(`${tableOf([['', 'seconds', 'MiB/s', 'CPU seconds', 'peak memory'], ...rows])}\n`);
  const medians = Object.fromEntries([...costs].map(([name, runs]) => [name, medianCost(runs)]));
  console.log(JSON.stringify({ bench: 'latency', roundTripMs, ...library, rounds, ...medians }));
}
