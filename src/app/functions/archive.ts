import { readFile, stat } from 'node:fs/promises';
import { zipSync } from 'fflate';
import { FlantsError } from '../../domain/failure.ts';

/** What a function is to be set to. */
export const functionSetup = {
  runtime: 'nodejs24.x',
  handler: 'flants.handler',
  /** With so much memory a function has one core: more would not be used. */
  memoryMb: 1_769,
  timeoutSeconds: 900,
  architecture: 'arm64 or x86_64',
} as const;

const fileName = 'flants.mjs';
/** Seen from the folder of the built command, and from this file of a clone that was built. */
const places = [`../lambda/${fileName}`, `../../../dist/lambda/${fileName}`] as const;
/** The earliest time that the format knows: the same bytes each time. */
const mtime = new Date(1980, 0, 1, 0, 0, 0);
const readableFile = 0o100644;
const unix = 3;

/**
 * Makes the archive of the function.
 *
 * @throws {FlantsError} `usage` in a clone that was not built
 */
export async function makeFunctionArchive(): Promise<Uint8Array> {
  for (const place of places) {
    const url = new URL(place, import.meta.url);
    if (!(await stat(url).catch(() => undefined))) continue;
    const code = await readFile(url);
    return zipSync({ [fileName]: [code, { mtime, level: 9, os: unix, attrs: readableFile << 16 }] });
  }
  throw new FlantsError('usage', 'the function is not built in this clone: run npm run build');
}
