import { inMiB, medianCost, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import type { LibrarySpec } from './library.ts';
import type { Cost } from './measure.ts';
import { tell } from './results.ts';
import { flantsMover, onStage, rcloneMover, runRaw } from './stage.ts';
import type { Mover, Stage } from './stage.ts';

const kiB = 1024;

const libraries: readonly LibrarySpec[] = [
  { files: 12_000, fileBytes: 16 * kiB, filesOfVideo: 200 },
  { files: 4_000, fileBytes: 256 * kiB, filesOfVideo: 200 },
  { files: 500, fileBytes: 2_048 * kiB, filesOfVideo: 100 },
];

/**
 * Copies the same libraries from the same nginx to the same versitygw, over HTTP and over TLS at both ends, in turn: by
 * FLAnts, by rclone, and by the least that copies (`raw-copy.ts`).
 *
 * @param others - further builds of FLAnts by name, measured in the same rounds
 */
export async function copy(
  installed: Installed,
  { rounds, others }: { readonly rounds: number; readonly others: ReadonlyMap<string, Installed> },
): Promise<void> {
  const movers = new Map<string, Mover>([
    ['raw', runRaw],
    ['flants', flantsMover(installed)],
    ...[...others].map(([name, build]) => [name, flantsMover(build)] as const),
    ['rclone', rcloneMover(32)],
  ]);
  for (const tls of [false, true]) {
    for (const spec of libraries) {
      const costs = await onStage(spec, (stage) => compete(stage, movers, rounds), { tls });
      const what = `${spec.files} files of ${spec.fileBytes / kiB} KiB, ${tls ? 'TLS' : 'HTTP'}`;
      console.log(`${what}, medians of ${rounds}`);
      console.log(`${tableOf(rowsOf(spec, costs))}\n`);
      const medians = Object.fromEntries([...costs].map(([name, runs]) => [name, medianCost(runs)]));
      tell({ bench: 'copy', case: what, ...spec, rounds, ...medians });
    }
  }
}

/** Each round in the other order, so that no mover always finds the machine as the same one left it. */
export async function compete(
  stage: Stage,
  movers: ReadonlyMap<string, Mover>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const costs = new Map<string, Cost[]>([...movers.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, move] of round % 2 === 0 ? movers : [...movers].toReversed()) {
      costs.get(name)?.push(await move(stage, `${name.replaceAll(/\W+/g, '-')}-${round}`));
    }
  }
  return costs;
}

function rowsOf({ files }: LibrarySpec, costs: ReadonlyMap<string, readonly Cost[]>): string[][] {
  const [raw, peer] = [medianCost(costs.get('raw') ?? []), medianCost(costs.get('rclone') ?? [])];
  const share = (value: number, of: number): string => (value / of).toFixed(2);
  const rows = [...costs].map(([name, runs]) => {
    const { seconds, cpuSeconds, peakBytes } = medianCost(runs);
    return [
      name,
      seconds.toFixed(2),
      ((1000 * cpuSeconds) / files).toFixed(2),
      inMiB(peakBytes),
      share(cpuSeconds, raw.cpuSeconds),
      share(seconds, peer.seconds),
      share(cpuSeconds, peer.cpuSeconds),
      share(peakBytes, peer.peakBytes),
    ];
  });
  return [
    ['', 'seconds', 'CPU ms/file', 'memory', 'CPU ÷ raw', 'time ÷ rclone', 'CPU ÷ rclone', 'memory ÷ rclone'],
    ...rows,
  ];
}
