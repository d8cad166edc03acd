import { readFileSync } from 'node:fs';

/** The version in the package's own `package.json`, which is as far from `src/cli` as from `dist/cli`. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
