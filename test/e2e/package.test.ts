import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const library: SyntheticShape = { videos: 2, filesPerVideo: 8, fileBytes: 16 * 1024, seed: 'package' };
/** What is not needed to pack: other people's packages, history, what is built, tests and media. */
const leftBehind = new Set(['node_modules', '.git', 'dist', 'test', 'bench', 'demo', 'infra', 'coverage']);

interface Packed {
  readonly filename: string;
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

describe('the npm package', () => {
  let [scratch, installed] = ['', ''];
  let packed: Packed;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'flants-package-'));
    packed = await pack(scratch);
    installed = join(scratch, 'installed');
    await mkdir(installed);
    const tarball = join(scratch, packed.filename);
    await run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', tarball]);
  });
  afterAll(() => rm(scratch, { recursive: true }));

  /**
   * Runs a command with the Node that runs this test before all others, and nothing of this clone on the path. What the
   * machine says about its network (proxies, certificates, registries) holds; what the outer npm set for this clone
   * does not.
   */
  const run = async (command: string, args: readonly string[]): Promise<string> => {
    const path = [dirname(process.execPath), ...(process.env['PATH'] ?? '').split(delimiter)];
    const machine = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
    const PATH = path.filter((folder) => !folder.startsWith(join(root, 'node_modules', '.bin'))).join(delimiter);
    return (await execute(command, args, { cwd: installed, env: { ...machine, PATH } })).stdout;
  };
  const flants = (...args: readonly string[]): Promise<string> =>
    run(join(installed, 'node_modules/.bin/flants'), args);

  it('holds the command, what was built, and papers', () => {
    const paths = packed.files.map(({ path }) => path);
    const tops = new Set(paths.map((path) => path.split('/', 1)[0]));
    expect(tops).toEqual(new Set(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'man', 'package.json']));
    expect(paths.filter((path) => path.startsWith('bin/'))).toEqual(['bin/flants.js']);
    const ours =
      /^dist\/(cli\/)?[\w-]+\.js$|^dist\/dashboard\/(?:assets\/[\w-]+\.(?:js|css|svg|woff2)|(?:index|replay)\.html)$|^dist\/lambda\/flants\.mjs$|^dist\/LICENCES\.md$/;
    expect(paths.filter((path) => path.startsWith('dist/') && !ours.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['dist/cli/main.js', 'dist/ant.js', 'dist/dashboard/index.html', 'man/flants.1']),
    );
  });

  it('brings none of the development dependencies along', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    const present = new Set(await readdir(join(installed, 'node_modules')));
    expect(Object.keys(devDependencies).filter((name) => present.has(name))).toEqual([]);
    expect([...present].filter((name) => !name.startsWith('.')).toSorted()).toEqual(['@napi-rs', 'flants', 'piscina']);
  });

  it('holds the licences of what is bundled: of the command, its page and the function', async () => {
    const text = await readFile(join(installed, 'node_modules/flants/dist/LICENCES.md'), 'utf8');
    const packages = ['undici', 'bullmq', '@aws-sdk/client-ssm', 'react', '@fontsource-variable/inter'];
    for (const name of packages) expect(text).toMatch(new RegExp(`^## .*${name} .*\\)$`, 'm'));
    expect(text.match(/^## /gm)?.length).toBeGreaterThan(50);
  });

  it('tells its version and its verbs', async () => {
    expect(await flants('--version')).toBe(`${packed.version}\n`);
    expect(await flants('--help')).toMatch(/copy[\s\S]*verify[\s\S]*status/);
  });

  it('writes the archive of the function, with the same bytes each time', async () => {
    const archives = [join(scratch, 'one.zip'), join(scratch, 'two.zip')];
    const said = await Promise.all(archives.map((archive) => flants('lambda', 'bundle', '--out', archive)));
    expect(said[0]).toMatch(/handler {7}flants\.handler\n {2}memory {8}1769 MB\n {2}time-out {6}900 s\n$/);
    const [one, two] = await Promise.all(archives.map((archive) => readFile(archive)));
    expect(one?.equals(two ?? Buffer.of())).toBe(true);
    const files = unzipSync(one ?? Buffer.of());
    expect(Object.keys(files)).toEqual(['flants.mjs']);
    expect(files['flants.mjs']?.byteLength).toBeLessThan(2_000_000);
  });

  it('copies a library, and proves it', async () => {
    const files = [...syntheticFiles(library)];
    const origin = await startOrigin({ files: Object.fromEntries(files.map(({ path, body }) => [path, body])) });
    const destination = join(scratch, 'destination');
    try {
      const sources = [0, 1].map((video) => `${origin.url}${syntheticPlaylist(video)}`);
      const said = await flants('copy', ...sources, destination, '--state', join(scratch, 'state'), '--no-progress');
      expect(said).toContain('2 videos: 2 published');
    } finally {
      await origin.stop();
    }
    for (const { path, body } of files)
      expect(await readFile(join(destination, path)), path).toEqual(Buffer.from(body));
    const proof = await flants('verify', join(destination, syntheticPlaylist(0)), '--state', join(scratch, 'state'));
    expect(proof).toContain(': whole\n');
  });
});

/** Packs in a copy of this clone, so that whoever uses its `dist/` meanwhile is left in peace. */
async function pack(scratch: string): Promise<Packed> {
  const clone = join(scratch, 'clone');
  await mkdir(clone);
  for (const name of await readdir(root)) {
    if (!leftBehind.has(name)) await cp(join(root, name), join(clone, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(clone, 'node_modules'));
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', scratch], { cwd: clone });
  // What `prepack` says stands before the JSON.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[$/m))) as Packed[];
  if (!packed) throw new Error(`npm packed nothing:\n${stdout}`);
  return packed;
}
