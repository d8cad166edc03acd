/**
 * Builds the dashboard where it is not built yet: `node scripts/build-dashboard.ts` prints the folder. Nothing is built
 * twice: the folder is named by a digest of all that goes into it.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCommand } from './run-command.ts';

/** In the folder of the built dashboard: the licences of the packages whose code it holds. */
export const dashboardLicences = 'licences.md';

const sources = join(projectFolder, 'dashboard');
/** Files of it are part of the dashboard: `dashboardCode` in layers.ts, and what they import. */
const domain = join(projectFolder, 'src', 'domain');
const cache = join(projectFolder, 'node_modules', '.cache', 'flants-dashboard');

/**
 * The built dashboard: `index.html`, `assets/` with hashed names, and `replay.html`, the template of replays.
 *
 * @returns a folder that must not be changed
 */
export async function builtDashboard(): Promise<string> {
  const folder = join(cache, await digestOfSources());
  if (existsSync(folder)) return folder;
  // In a process of its own: Vite and React take NODE_ENV for the kind of build, and test runners set it to theirs.
  const { code, stderr } = await runCommand(process.execPath, [import.meta.filename], {
    env: { NODE_ENV: 'production' },
  });
  if (code !== 0) throw new Error(`the dashboard could not be built:\n${stderr}`);
  return folder;
}

async function buildAnew(): Promise<string> {
  const folder = join(cache, await digestOfSources());
  if (existsSync(folder)) return folder;
  const draft = join(cache, `draft-${process.pid}`);
  await mkdir(draft, { recursive: true });
  try {
    await buildPage(draft);
    await writeFile(join(draft, 'replay.html'), await buildReplay());
    // Another process may have built the same meanwhile.
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await removeOlder(folder);
  return folder;
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await Promise.all(
    [sources, domain].map((folder) => readdir(folder, { recursive: true, withFileTypes: true })),
  );
  const paths = entries
    .flat()
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.') && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of [...paths.toSorted(), join(projectFolder, 'package-lock.json'), import.meta.filename]) {
    const body = await readFile(path);
    hash.update(`${path.slice(projectFolder.length)} ${body.length}\n`).update(body);
  }
  return hash.digest('hex').slice(0, 16);
}

async function buildPage(folder: string): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: join(sources, 'vite.config.ts'),
    build: { outDir: folder, emptyOutDir: false, license: { fileName: dashboardLicences } },
  });
}

/** The player with its script and style within the page, so that it can be mailed as one file. */
async function buildReplay(): Promise<string> {
  const { build } = await import('vite');
  const result = await build({
    configFile: join(sources, 'vite.config.ts'),
    build: { write: false, rolldownOptions: { input: join(sources, 'replay.html') } },
  });
  if (Array.isArray(result) || !('output' in result)) throw new Error('vite built no single page');
  let page = '';
  let [style, script] = ['', ''];
  for (const part of result.output) {
    if (part.type === 'chunk') script += part.code;
    else if (part.fileName.endsWith('.css')) style += String(part.source);
    else if (part.fileName.endsWith('.html')) page = String(part.source);
  }
  const inlined = page
    .replaceAll(/<link rel="stylesheet"[^>]*>/g, () => `<style>${style}</style>`)
    .replaceAll(/<script type="module"[^>]*src=[^>]*><\/script>/g, '')
    // At the end: a script within the page does not wait for it.
    .replace(
      '</body>',
      () => `<script type="module">${script.replaceAll('</script', String.raw`<\/script`)}</script></body>`,
    );
  if (/(?:src|href)="\.\//.test(inlined)) throw new Error('the player of replays needs files beside it');
  return inlined;
}

async function removeOlder(kept: string): Promise<void> {
  // Those of a build under way are left alone.
  const others = (await readdir(cache)).filter((name) => !name.startsWith('draft-') && join(cache, name) !== kept);
  await Promise.all(others.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

if (import.meta.main) {
  process.env['NODE_ENV'] = 'production';
  console.log(await buildAnew());
}
