import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCommand } from '../scripts/run-command.ts';
import type { Command } from './measure.ts';

/** The package as its users have it, in a folder of its own. */
export interface Installed {
  /** The command line `flants …`. */
  command(args: readonly string[], env?: Readonly<Record<string, string>>): Command;
}

/** Packs this checkout and installs the tarball, without development dependencies, into an empty folder. */
export async function installPackage(folder: string): Promise<Installed> {
  await npm(['pack', '--pack-destination', folder], projectFolder);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack left no tarball');
  await npm(
    ['install', '--prefix', folder, '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', join(folder, tarball)],
    folder,
  );
  return packageIn(join(folder, 'node_modules', 'flants'));
}

/** A package that was built before: the folder that holds its `bin` and `dist`. */
export function packageIn(folder: string): Installed {
  const entry = join(folder, 'bin', 'flants.js');
  return { command: (args, env = {}) => ({ file: process.execPath, args: [entry, ...args], env }) };
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await runCommand('npm', args, { cwd, timeoutMs: 5 * 60_000 });
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}: ${stderr}`);
}
