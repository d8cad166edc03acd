/** Bundles the command, so that a process loads some files and not some hundred. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectFolder } from './run-command.ts';

/** Packages that find their own files or compiled code, and therefore stay where they are. */
const unbundled = [/^piscina(?:$|\/)/, /^msgpackr-extract(?:$|\/)/, /\.node$/];

/**
 * Bundles `src/` with its packages into a folder of this checkout, as a package with `bin/` and `dist/`. A file that is
 * there already is not written again, so that commands which run from there are not disturbed.
 *
 * @param folder - below the checkout: packages that stay outside are looked for upwards from there
 * @returns path of the command
 */
export async function bundleCommand(folder: string): Promise<string> {
  const bundle = await rolldown({
    cwd: projectFolder,
    input: { 'cli/main': 'src/cli/main.ts', ant: 'src/app/ant.ts' },
    platform: 'node',
    external: unbundled,
  });
  // Code that finds files from its own place does so from a folder below `dist/`, as `src/cli/` and `src/app/` are.
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'cli/[name]-[hash].js',
  });
  await bundle.close();
  const files = new Map<string, Uint8Array | string>();
  for (const part of output) files.set(join('dist', part.fileName), part.type === 'chunk' ? part.code : part.source);
  for (const name of ['package.json', join('bin', 'flants.js')])
    files.set(name, await readFile(join(projectFolder, name)));
  for (const [name, content] of files) await place(join(folder, name), content);
  await removeOthers(join(folder, 'dist'), new Set([...files.keys()].map((name) => join(folder, name))));
  return join(folder, 'bin', 'flants.js');
}

async function place(path: string, content: Uint8Array | string): Promise<void> {
  const wanted = Buffer.from(content);
  if ((await readFile(path).catch(() => undefined))?.equals(wanted)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, wanted);
  await rename(temporary, path);
}

async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(paths.filter((path) => !kept.has(path)).map((path) => rm(path, { force: true })));
}
