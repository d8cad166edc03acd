import { findTool } from '../scripts/tools.ts';
import { inMiB, medianCost, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import type { LibrarySpec } from './library.ts';
import type { Cost } from './measure.ts';
import { onStage, runFlants, runRclone } from './stage.ts';
import type { Stage } from './stage.ts';

const kiB = 1024;

const libraries: readonly LibrarySpec[] = [
  { files: 4_000, fileBytes: 256 * kiB, filesOfVideo: 200 },
  { files: 12_000, fileBytes: 16 * kiB, filesOfVideo: 200 },
];

/** Something that delivers the stage's library below a prefix. */
interface StepDriver {
  readonly name: string;
  run(stage: Stage, prefix: string): Promise<Cost>;
}

/**
 * Copies the same libraries with FLAnts and with rclone from the same nginx to the same versitygw, in turn.
 *
 * @param others - further builds of FLAnts by name, measured in the same rounds
 */
export async function versusRclone(
  installed: Installed,
  { rounds, others }: { readonly rounds: number; readonly others: ReadonlyMap<string, Installed> },
): Promise<void> {
  const rclone = findTool('rclone');
  if (rclone === undefined) throw new Error('rclone is not there: node scripts/setup-tools.ts --bench');
  const movers: readonly StepDriver[] = [
    ...[['flants', installed] as const, ...others].map(([name, build]) => ({
      name,
      run: (stage: Stage, prefix: string) => runFlants(stage, build, prefix),
    })),
    { name: 'rclone', run: (stage, prefix) => runRclone(stage, rclone, prefix) },
  ];
  for (const spec of libraries) {
    const costs = await onStage(spec, (stage) => compete(stage, movers, rounds));
    console.log(`${spec.files} files of ${spec.fileBytes / kiB} KiB, medians of ${rounds}`);
    console.log(`${tableOf(rowsOf(spec, costs))}\n`);
    const byMover = Object.fromEntries([...costs].map(([name, runs]) => [name, medianCost(runs)]));
    console.log(JSON.stringify({ bench: 'versus-rclone', ...spec, rounds, ...byMover }));
  }
}

/** Each round in the other order, so that no mover always finds the machine as the same one left it. */
async function compete(
  stage: Stage,
  movers: readonly StepDriver[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const costs = new Map<string, Cost[]>(movers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const stepDriver of round % 2 === 0 ? movers : movers.toReversed()) {
      costs.get(stepDriver.name)?.push(await stepDriver.run(stage, `${stepDriver.name}-${round}`));
    }
  }
  return costs;
}

function rowsOf({ files }: LibrarySpec, costs: ReadonlyMap<string, readonly Cost[]>): string[][] {
  const peer = medianCost(costs.get('rclone') ?? []);
  const share = (value: number, of: number): string => (value / of).toFixed(2);
  const rows = [...costs].map(([name, runs]) => {
    const { seconds, cpuSeconds, peakBytes } = medianCost(runs);
    return [
      name,
      seconds.toFixed(2),
      Math.round(files / seconds).toString(),
      ((1000 * cpuSeconds) / files).toFixed(2),
      inMiB(peakBytes),
      share(seconds, peer.seconds),
      share(cpuSeconds, peer.cpuSeconds),
      share(peakBytes, peer.peakBytes),
    ];
  });
  return [
    ['', 'seconds', 'files/s', 'CPU ms/file', 'peak memory', 'time ÷ rclone', 'CPU ÷ rclone', 'memory ÷ rclone'],
    ...rows,
  ];
}
