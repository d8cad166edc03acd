import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where `scripts/setup-tools.ts` puts programs that npm cannot install. */
const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flants');

/** Path of a program that a test needs; undefined where it is not installed, and the test is to be skipped. */
export function toolPath(name: 'versitygw' | 'rclone'): string | undefined {
  const path = join(cacheFolder, 'bin', name);
  return existsSync(path) ? path : undefined;
}

/** Folder of the libraries of a server that runs on Java; undefined where it, or the JDK, is not installed. */
export function librariesPath(name: 'mongo', version: string): string | undefined {
  const path = join(cacheFolder, name, version);
  const isOnPath = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'javac')));
  return isOnPath && existsSync(path) ? path : undefined;
}
