import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `scripts/setup-tools.ts` puts programs that npm cannot install. */
const toolFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'flants', 'bin');

/** Path of a program that a test needs; undefined where it is not installed, and the test is to be skipped. */
export function toolPath(name: 'versitygw' | 'rclone'): string | undefined {
  const path = join(toolFolder, name);
  return existsSync(path) ? path : undefined;
}
