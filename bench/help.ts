import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { median } from './figures.ts';
import type { Installed } from './installed.ts';

const runs = 10;
const limitMs = 150;

/** CPU time of `flants --help`, from the package as it is installed. */
export async function help(installed: Installed): Promise<void> {
  const cpuMs: number[] = [];
  await cpuMsOfHelp(installed); // The first run fills the compile cache, as a user's first run does.
  for (let run = 0; run < runs; run += 1) cpuMs.push(await cpuMsOfHelp(installed));
  const medianMs = median(cpuMs);
  const ok = medianMs < limitMs;
  console.log(
    `flants --help: ${Math.round(medianMs)} ms of CPU, median of ${runs}; ${ok ? 'under' : 'NOT under'} ${limitMs} ms\n`,
  );
  console.log(JSON.stringify({ bench: 'help', cpuMs: medianMs, runs, ok }));
}

/** By bash's own clock of its children: `/proc` counts in hundredths, too coarse here. */
async function cpuMsOfHelp(installed: Installed): Promise<number> {
  const { file, args } = installed.command(['--help']);
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null';
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', file, ...args], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + 1000 * Number(seconds), 0);
}
