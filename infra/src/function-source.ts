import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The archive of the function, and what the function is to be set to: both are flants' own to say. */
export interface FunctionSource {
  readonly file: string;
  readonly runtime: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

const root = join(import.meta.dirname, '..', '..');

/**
 * Has the command of this clone write the archive.
 *
 * @throws {Error} where it cannot
 */
export function functionSource(): FunctionSource {
  const folder = join(import.meta.dirname, '..', 'dist');
  mkdirSync(folder, { recursive: true });
  const words = ['lambda', 'bundle', '--out', join(folder, 'flants.zip'), '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin', 'flants.js'), ...words], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(
      `flants lambda bundle ended with ${status}; run npm ci and npm run build above infra/ first: ${stderr}`,
    );
  return JSON.parse(stdout) as FunctionSource;
}
