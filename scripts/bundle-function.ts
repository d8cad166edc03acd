/** Bundles what runs on AWS Lambda into one file that needs nothing beside Node. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectFolder } from './run-command.ts';

/** Where the bundle lies below `dist/`. */
export const functionFile = join('lambda', 'flants.mjs');

/** A bundle of one file. */
export interface BundledFunction {
  /** The text of the module, whose `handler` is the function. */
  readonly code: string;
  /** Of which modules it was made. */
  readonly moduleIds: readonly string[];
}

/** Bundles the function, as small as it can be: it is loaded by each environment that AWS starts. */
export async function bundleFunction(): Promise<BundledFunction> {
  const { version } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as { version: string };
  const bundle = await rolldown({
    cwd: projectFolder,
    input: 'src/lambda/handler.ts',
    platform: 'node',
    transform: { define: { flantsVersion: JSON.stringify(version) } },
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false, minify: true });
  await bundle.close();
  const [only, ...others] = output;
  if (!only || others.length > 0) throw new Error(`the function has ${output.length} files, and should have one`);
  return only;
}
