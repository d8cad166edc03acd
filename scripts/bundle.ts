/** Bundles the command, so that a process loads some files and not some hundred: half of what starting it would cost. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { builtDashboard } from './build-dashboard.ts';
import { bundleFunction, functionFile } from './bundle-function.ts';
import { projectFolder } from './run-command.ts';

/** `imported`: packages are looked for where the command is installed. `bundled`: the bundle holds them. */
export type BundledPackages = 'imported' | 'bundled';

const external: Readonly<Record<BundledPackages, RegExp[]>> = {
  imported: [/^[@a-z]/],
  // Packages that find their own files or compiled code stay where they are.
  bundled: [/^piscina(?:$|\/)/, /^msgpackr-extract(?:$|\/)/, /\.node$/],
};

/**
 * Bundles `src/` into a folder: `cli/main.js`, `ant.js`, what both share, in `dashboard/` the page, and for a package what runs on
 * AWS Lambda. Other files there are removed.
 */
export async function bundleInto(folder: string, packages: BundledPackages): Promise<void> {
  const bundle = await rolldown({
    cwd: projectFolder,
    input: { 'cli/main': 'src/cli/main.ts', ant: 'src/app/ant.ts' },
    platform: 'node',
    external: external[packages],
  });
  // Code that finds files from its own place does so from a folder below `dist/`, as `src/cli/` and `src/app/` are.
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'cli/[name]-[hash].js',
  });
  await bundle.close();
  const files = new Map<string, Uint8Array | string>();
  for (const part of output) files.set(join(folder, part.fileName), part.type === 'chunk' ? part.code : part.source);
  const dashboard = await builtDashboard();
  for (const entry of await readdir(dashboard, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(join(folder, 'dashboard', relative(dashboard, path)), await readFile(path));
  }
  if (packages === 'imported') files.set(join(folder, functionFile), await bundleFunction());
  for (const [path, content] of files) await place(path, content);
  await removeOthers(folder, files);
}

/**
 * Makes a package of the bundle, with `bin/` and `dist/`.
 *
 * @param folder - where `node_modules` are found from: packages that stay outside are looked for upwards from there
 * @returns path of the command
 */
export async function bundleCommand(folder: string, packages: BundledPackages): Promise<string> {
  await bundleInto(join(folder, 'dist'), packages);
  for (const name of ['package.json', join('bin', 'flants.js')])
    await place(join(folder, name), await readFile(join(projectFolder, name)));
  return join(folder, 'bin', 'flants.js');
}

/** A file that is there already is not written again, so that commands which run from there are not disturbed. */
async function place(path: string, content: Uint8Array | string): Promise<void> {
  const wanted = Buffer.from(content);
  if ((await readFile(path).catch(() => undefined))?.equals(wanted)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, wanted);
  await rename(temporary, path);
}

async function removeOthers(folder: string, kept: ReadonlyMap<string, unknown>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(paths.filter((path) => !kept.has(path)).map((path) => rm(path, { force: true })));
}
