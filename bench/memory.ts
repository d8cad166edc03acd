import { inMiB, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { onStage, runFlants } from './stage.ts';
import { tell } from './results.ts';

const fileBytes = 16 * 1024;
const sizes = { small: 2_000, large: 20_000 } as const;
const limits = { ratio: 1.2, bytes: 250e6 } as const;

/** Peak memory of the whole process tree, for a library and for one ten times as large: it must not grow with it. */
export async function memory(installed: Installed): Promise<void> {
  const peaks: number[] = [];
  for (const files of [sizes.small, sizes.large]) {
    const spec = { files, fileBytes, filesOfVideo: 200 };
    peaks.push((await onStage(spec, (stage) => runFlants(stage, installed, 'memory'))).peakBytes);
  }
  const [smallBytes, largeBytes] = peaks as [number, number];
  const ratio = largeBytes / smallBytes;
  console.log('peak memory of the process tree, files of 16 KiB');
  console.log(
    tableOf([
      ['files', 'peak'],
      [String(sizes.small), inMiB(smallBytes)],
      [String(sizes.large), inMiB(largeBytes)],
      ['ratio', ratio.toFixed(2)],
    ]),
  );
  const ok = ratio <= limits.ratio && largeBytes < limits.bytes;
  console.log(`${ok ? 'within' : 'NOT within'} ${limits.ratio} times and ${limits.bytes / 1e6} MB\n`);
  tell({ bench: 'memory', fileBytes, smallBytes, largeBytes, ratio, ok });
}
