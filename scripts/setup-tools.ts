/**
 * Installs what tests need beside npm's packages, and says in one line what it
 * could not have. Does nothing, at once, when all is there. `npm test` runs it;
 * `npm ci` never does. With `--bench` it also fetches what benches compare with.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { runCommand } from './run-command.ts';
import { isMissing, isOnPath, tools } from './tools.ts';
import type { Purpose, Tool } from './tools.ts';

const minute = 60_000;
const goFolder = '/usr/local/go/bin';

/** A tool that is not there, and how to get it. */
export interface MissingTool {
  readonly name: string;
  readonly reason: string;
}

/** Installs what is missing; gives back what still is. Never throws. */
export async function setupTools(say: (line: string) => void, purpose?: Purpose): Promise<readonly MissingTool[]> {
  const isWanted = ({ only }: Tool): boolean => only === undefined || (purpose !== undefined && only.includes(purpose));
  const wanted = tools.filter((tool) => isWanted(tool) && isMissing(tool));
  const reasons = new Map(await installPackages(wanted, say));
  for (const tool of wanted) {
    const reason = await build(tool, say);
    if (reason !== undefined) reasons.set(tool.name, reason);
  }
  const missing = wanted.filter(isMissing);
  return missing.map(({ name }) => ({ name, reason: reasons.get(name) ?? 'its installation left nothing behind' }));
}

type Reasons = readonly (readonly [name: string, reason: string])[];

async function installPackages(wanted: readonly Tool[], say: (line: string) => void): Promise<Reasons> {
  const packages = wanted.flatMap(({ name, from }) => ('apt' in from ? [{ name, apt: from.apt }] : []));
  if (packages.length === 0) return [];
  const names = packages.flatMap(({ apt }) => apt.split(' '));
  const command = `apt-get update && apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const because = (reason: string): Reasons => packages.map(({ name }) => [name, reason] as const);
  if (!isOnPath('apt-get')) return because(`install by hand: ${names.join(' ')}`);
  if (process.getuid?.() !== 0) return because(`run: sudo sh -c '${command}'`);
  say(`installing ${names.join(' ')}`);
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 5 * minute };
  await runCommand('apt-get', ['update', '-qq'], options);
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names];
  const { code, stderr } = await runCommand('apt-get', install, options);
  return code === 0 ? [] : because(`apt-get: ${code === 128 ? 'took too long' : lastLine(stderr)}`);
}

/** @returns why it could not be built; undefined for what was, and for what is not built */
async function build({ name, from, places }: Tool, say: (line: string) => void): Promise<string | undefined> {
  if ('go' in from) return installGoCommand(name, from, say);
  if ('maven' in from) return fetchLibraries(name, from.maven, places[0] ?? '', say);
  if ('cargo' in from) {
    const args = ['install', '--quiet', `${from.cargo}@${from.version}`, '--features', from.features];
    return installInFolder(name, [['cargo', ...args, '--root', cacheFolder()]], say);
  }
  const folder = dirname(dirname(places[0] ?? ''));
  if ('pip' in from) {
    const pip = [join(folder, 'bin', 'pip'), '--quiet', 'install', from.pip];
    return installInFolder(name, [['python3', '-m', 'venv', folder], pip], say);
  }
  if ('npm' in from) {
    const npm = ['npm', 'install', '--no-audit', '--no-fund', '--prefix', dirname(folder), from.npm];
    return installInFolder(name, [npm], say);
  }
  return undefined;
}

/** Runs the commands that install a program into a folder of the cache, where its own installer knows how. */
async function installInFolder(
  name: string,
  commands: readonly (readonly string[])[],
  say: (line: string) => void,
): Promise<string | undefined> {
  say(`installing ${name} (once; some minutes)`);
  await mkdir(cacheFolder('stores'), { recursive: true });
  for (const [command = '', ...args] of commands) {
    const { code, stderr } = await runCommand(command, args, { timeoutMs: 20 * minute });
    if (code === 127) return `needs ${command}`;
    if (code !== 0) return `${command}: ${code === 128 ? 'took too long' : lastLine(stderr)}`;
  }
  return undefined;
}

/** Copies the libraries that a pom names into a folder, all or none. */
async function fetchLibraries(
  name: string,
  pom: string,
  target: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  if (!isOnPath('mvn')) return 'needs Maven and a JDK';
  say(`fetching the libraries of ${name} (once)`);
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(cacheFolder('build-'));
  try {
    const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
    const { code, stdout } = await runCommand('mvn', args, { timeoutMs: 5 * minute });
    if (code !== 0) return `mvn: ${code === 128 ? 'took too long' : firstError(stdout)}`;
    await rename(folder, target);
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds in a folder of its own, so that a build cut short never leaves half a program behind. */
async function installGoCommand(
  name: string,
  source: { readonly go: string; readonly version: string; readonly replaces?: readonly string[] },
  say: (line: string) => void,
): Promise<string | undefined> {
  const path = `${process.env['PATH'] ?? ''}:${goFolder}`;
  if (!isOnPath('go') && (await runCommand(join(goFolder, 'go'), ['version'])).code !== 0)
    return `needs Go for go install ${source.go}@${source.version}`;
  say(`building ${name} ${source.version} (once; some minutes)`);
  await mkdir(cacheFolder('bin'), { recursive: true });
  const folder = await mkdtemp(cacheFolder('build-'));
  try {
    for (const args of goSteps(source)) {
      const options = { cwd: folder, env: { GOBIN: folder, PATH: path }, timeoutMs: 20 * minute };
      const { code, stderr } = await runCommand('go', args, options);
      if (code !== 0) return `go ${args.join(' ')}: ${code === 128 ? 'took too long' : lastLine(stderr)}`;
    }
    await rename(join(folder, name), cacheFolder('bin', name));
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `go install` refuses a module that replaces others, except from a module that does the same. */
function goSteps({ go, version, replaces }: Parameters<typeof installGoCommand>[1]): readonly (readonly string[])[] {
  const target = `${go}@${version}`;
  if (!replaces) return [['install', target]];
  const replacements = replaces.map((each) => `-replace=${each}`);
  return [
    ['mod', 'init', 'flants.invalid/tools'],
    ['mod', 'edit', ...replacements],
    ['get', target],
    ['install', go],
  ];
}

/** Maven writes its errors to standard output, the reason first. */
function firstError(text: string): string {
  return text.split('\n').find((line) => line.startsWith('[ERROR]')) ?? lastLine(text);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** One line on what is missing, or none. */
export function describeMissing(missing: readonly MissingTool[]): string | undefined {
  if (missing.length === 0) return undefined;
  return `not there, so tests that need them are skipped: ${missing.map(({ name, reason }) => `${name} (${reason})`).join('; ')}`;
}

if (import.meta.main) {
  const missing = describeMissing(
    await setupTools(console.log, process.argv.includes('--bench') ? 'bench' : undefined),
  );
  if (missing !== undefined) console.log(missing);
}
