import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

const licenceFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;
/** The folder of the innermost package that a module belongs to. */
const packageFolder = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/**
 * Collects the licences of the packages that a bundle holds.
 *
 * @param modules - paths of the modules of the bundle; those outside of `node_modules` are passed over
 * @returns Markdown: each text once, below the packages that it is of
 * @throws when a package names no licence
 */
export async function licencesOf(modules: Iterable<string>): Promise<string> {
  const folders = new Set<string>();
  for (const path of modules) {
    const folder = path.startsWith('\0') ? undefined : packageFolder.exec(path)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  // Most packages share few texts.
  const names = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    if (name === undefined || license === undefined) throw new Error(`no licence is named in ${folder}`);
    const files = (await readdir(folder)).filter((file) => licenceFile.test(file)).toSorted();
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    const text = texts.map((each) => each.trim()).join('\n\n');
    names.set(text, [...(names.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...names]
    .map(([text, packages]) => `## ${packages.toSorted().join(', ')}\n\n${text}\n`)
    .toSorted()
    .join('\n');
}
