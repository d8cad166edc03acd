import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { findTool } from '../scripts/tools.ts';

/** The figures of one bench, as it was run. */
export interface Result {
  readonly bench: string;
  readonly [figure: string]: unknown;
}

/** The results of a run of benches, with all that they depend on. */
export interface ResultFile {
  readonly at: string;
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

const results: Result[] = [];

/** Prints a result as a line of JSON, and keeps it for `writeResults`. */
export function tell(result: Result): void {
  console.log(`${JSON.stringify(result)}\n`);
  results.push(result);
}

/** Writes what was told since the process began. */
export function writeResults(path: string): void {
  const [cpu] = cpus();
  const file: ResultFile = {
    at: new Date().toISOString(),
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryMiB: Math.round(totalmem() / 2 ** 20),
      system: `${process.platform} ${release()}`,
    },
    versions: { node: process.version, flants: firstLine('git', 'describe', '--always', '--dirty'), ...toolVersions() },
    results,
  };
  writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

function toolVersions(): Readonly<Record<string, string>> {
  const flags = { rclone: 'version', versitygw: '--version', nginx: '-v', 'redis-server': '--version' };
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, flag]) => {
      const tool = findTool(name as Parameters<typeof findTool>[0]);
      return tool === undefined ? [] : [[name, firstLine(tool, flag)]];
    }),
  );
}

/** What a command says first, on whichever stream. */
function firstLine(command: string, ...args: readonly string[]): string {
  try {
    const said = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' });
    return said.split('\n', 1)[0] ?? '';
  } catch {
    return 'unknown';
  }
}

/** Reads what `writeResults` wrote. */
export function readResults(path: string): ResultFile {
  return JSON.parse(readFileSync(path, 'utf8')) as ResultFile;
}
