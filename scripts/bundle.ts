/** Bundles the command, so that a process loads some files and not some hundred: half of what starting it would cost. Packages are part of it. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { builtDashboard, dashboardLicences } from './build-dashboard.ts';
import { builtinImports } from './builtin-imports.ts';
import { bundleFunction, functionFile } from './bundle-function.ts';
import { chunkGroups } from './chunk-groups.ts';
import { licencesOf } from './licences.ts';
import { narrowStrings } from './narrow-strings.ts';
import { projectFolder } from './run-command.ts';

/** Packages that find their own files or compiled code stay where they are. */
const external = [/^piscina(?:$|\/)/, /^msgpackr-extract(?:$|\/)/, /\.node$/];

/** What beside the command and the page belongs into a bundle. */
export interface BundleOptions {
  /** What runs on AWS Lambda, which `flants lambda bundle` hands out. */
  readonly withFunction: boolean;
}

/**
 * Bundles `src/` and the packages that it uses into a folder: `cli/main.js`, `ant.js`, what both share, in `dashboard/` the
 * page, and the licences of all packages in it. Other files there are removed. Names are kept, so that a stack tells where it was.
 */
export async function bundleInto(folder: string, { withFunction }: BundleOptions): Promise<void> {
  const { plugin, groups } = chunkGroups();
  const bundle = await rolldown({
    cwd: projectFolder,
    input: { 'cli/main': 'src/cli/main.ts', ant: 'src/app/ant.ts' },
    platform: 'node',
    external,
    resolve: {
      // Modules where a package has both: of those only what is used is taken, and what it loads later stays apart.
      mainFields: ['module', 'main'],
      // With its dates a third of what BullMQ brings, and for schedules that nothing here makes.
      alias: { 'cron-parser': false },
    },
    treeshake: { moduleSideEffects: [{ test: /[\\/]node_modules[\\/]bullmq[\\/]/, sideEffects: false }] },
    plugins: [builtinImports, plugin, narrowStrings],
  });
  // Code that finds files from its own place does so from a folder below `dist/`, as `src/cli/` and `src/app/` are.
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'cli/[name]-[hash].js',
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
    codeSplitting: { groups },
  });
  await bundle.close();
  const files = new Map<string, Uint8Array | string>();
  const modules: string[] = [];
  for (const part of output) {
    files.set(join(folder, part.fileName), part.type === 'chunk' ? part.code : part.source);
    if (part.type === 'chunk') modules.push(...part.moduleIds);
  }
  const dashboard = await builtDashboard();
  for (const entry of await readdir(dashboard, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== dashboardLicences)
      files.set(join(folder, 'dashboard', relative(dashboard, path)), await readFile(path));
  }
  if (withFunction) {
    const { code, moduleIds } = await bundleFunction();
    files.set(join(folder, functionFile), code);
    modules.push(...moduleIds);
  }
  // Vite sees the packages of scripts only.
  const licences = await licencesOf([
    ...modules,
    join(projectFolder, 'node_modules', '@fontsource-variable', 'inter', 'index.css'),
  ]);
  const ofScripts = await readFile(join(dashboard, dashboardLicences), 'utf8');
  const sections = [licences, ofScripts.slice(ofScripts.indexOf('## '))];
  files.set(join(folder, 'LICENCES.md'), `# Licences of what is bundled here\n\n${sections.join('\n')}`);
  for (const [path, content] of files) await place(path, content);
  await removeOthers(folder, files);
}

/**
 * Makes a package of the bundle, with `bin/` and `dist/`.
 *
 * @param folder - packages that stay outside are looked for in `node_modules` there and upwards
 * @returns path of the command
 */
export async function bundleCommand(folder: string, options: BundleOptions): Promise<string> {
  await bundleInto(join(folder, 'dist'), options);
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
