import { readFileSync } from 'node:fs';

/** Reads the version from the package's `package.json`, which is at the same distance from `src/cli` and `dist/cli`. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
