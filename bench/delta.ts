import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inMiB, medianCost, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { measure } from './measure.ts';
import type { Cost } from './measure.ts';
import { tell } from './results.ts';
import { copyCommand, onStage } from './stage.ts';

const spec = { files: 100_000, fileBytes: 1_024, filesOfVideo: 200 };
const rounds = 5;

/** A library of 100,000 small files is copied, and then again and again with nothing changed. */
export async function delta(installed: Installed): Promise<void> {
  const { first, unchanged } = await onStage(spec, async (stage) => {
    const state = await mkdtemp(join(tmpdir(), 'flants-bench-state-'));
    const command = copyCommand(stage, installed, { prefix: 'delta', state });
    try {
      const { stdout: _, ...cost } = await measure(command);
      const again: Cost[] = [];
      for (let round = 0; round < rounds; round += 1) again.push(await measure(command));
      return { first: cost, unchanged: medianCost(again) };
    } finally {
      await rm(state, { recursive: true, force: true });
    }
  });
  const row = (name: string, { seconds, cpuSeconds, peakBytes }: Cost): string[] => [
    name,
    seconds.toFixed(2),
    cpuSeconds.toFixed(2),
    inMiB(peakBytes),
  ];
  console.log(`${spec.files} files of 1 KiB in ${spec.files / spec.filesOfVideo} videos`);
  console.log(
    `${tableOf([['', 'seconds', 'CPU seconds', 'memory'], row('first', first), row('unchanged', unchanged)])}\n`,
  );
  tell({ bench: 'delta', ...spec, rounds, first, unchanged });
}
