import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path in the folder where this project keeps what is slow to make and safe to delete. */
export function cacheFolder(...parts: readonly string[]): string {
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, 'flants', ...parts);
}
