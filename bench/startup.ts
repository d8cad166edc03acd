import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median, tableOf } from './figures.ts';
import type { Installed } from './installed.ts';
import { tell } from './results.ts';

const runs = 10;
/** Milliseconds of CPU. */
const goals: Readonly<Record<string, number>> = { '--help': 60, '--version': 60 };

/** CPU time of the shortest commands, from the package as it is installed, beside that of Node alone. */
export async function startup(installed: Installed): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-bench-startup-'));
  try {
    const playlist = join(folder, 'source', 'index.m3u8');
    await mkdir(join(folder, 'source'));
    await writeFile(playlist, '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST\n');
    await writeFile(join(folder, 'source', 'a.ts'), 'media');
    const [to, state] = [join(folder, 'to'), join(folder, 'state')];
    const copyWords = ['copy', playlist, to, '--state', state];
    const commands = new Map<string, { readonly file: string; readonly args: readonly string[] }>([
      ['node alone', { file: process.execPath, args: ['-e', '0'] }],
      ['--version', installed.command(['--version'])],
      ['--help', installed.command(['--help'])],
      ['copy --help', installed.command(['copy', '--help'])],
      ['copy of one file', installed.command(copyWords)],
      ['the same again', installed.command(copyWords)],
    ]);
    const medians = new Map<string, number>();
    for (const [name, { file, args }] of commands) {
      const isFirst = name === 'copy of one file';
      const cpuMs: number[] = [];
      // The first run fills the compile cache, as a user's first run does.
      for (let run = 0; run <= runs; run += 1) {
        if (isFirst) await Promise.all([to, state].map((each) => rm(each, { recursive: true, force: true })));
        const ms = await cpuMsOf(file, args);
        if (run > 0) cpuMs.push(ms);
      }
      medians.set(name, median(cpuMs));
    }
    const rows = [...medians].map(([name, ms]) => [name, Math.round(ms).toString(), goals[name]?.toString() ?? '']);
    console.log(`milliseconds of CPU, medians of ${runs}`);
    console.log(`${tableOf([['', 'CPU ms', 'goal'], ...rows])}\n`);
    tell({
      bench: 'startup',
      runs,
      ...Object.fromEntries([...medians].map(([name, cpuMs]) => [name, { cpuMs }])),
      ok: Object.entries(goals).every(([name, goal]) => (medians.get(name) ?? Infinity) < goal),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** By bash's own clock of its children: `/proc` counts in hundredths, too coarse here. */
async function cpuMsOf(file: string, args: readonly string[]): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1';
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', file, ...args], {
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + 1000 * Number(seconds), 0);
}
