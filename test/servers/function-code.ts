import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunction } from '../../scripts/bundle-function.ts';
import { projectFolder } from '../../scripts/run-command.ts';

/** The module of the function, and its handler as the service names it. */
export const functionHandler = 'flants.handler';

let built: Promise<string> | undefined;

/** Builds the function of this checkout, once in a process, and gives the folder of its code. */
export function buildFunction(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = join(projectFolder, 'node_modules', '.cache', 'flants-function');
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${process.pid}.mjs`);
  await writeFile(temporary, (await bundleFunction()).code);
  await rename(temporary, join(folder, 'flants.mjs'));
  return folder;
}
