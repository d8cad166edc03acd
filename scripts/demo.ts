/**
 * Copies a small real library from a web server to an S3-compatible store, both
 * of its own and on the loopback, with the command as a user runs it; takes a
 * picture of its page where Chromium is; proves the copy, and copies again. Needs
 * no network, no ffmpeg, no terminal. Any step that does not end as it must ends
 * the demo with an exit code other than 0.
 *
 * `npm run demo -- --watch`: a larger library over two minutes, to be watched in a
 * browser; the page stays until Ctrl-C.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../test/servers/free-port.ts';
import { startOrigin } from './demo-origin.ts';
import type { DemoOrigin } from './demo-origin.ts';
import { canTakePictures, takePicture } from './demo-picture.ts';
import { startStore } from './demo-store.ts';
import type { DemoStore } from './demo-store.ts';
import { projectFolder } from './run-command.ts';

const media = join(projectFolder, 'demo', 'media');
const prefix = 'vod';
const picture = join(projectFolder, 'node_modules', '.cache', 'flants', 'demo.png');

/** Each video of the demo: its id, its first playlist below `demo/media`, and what it shows. */
const videos = [
  { id: 'two-bitrates', playlist: 'two-bitrates/master.m3u8', title: 'A ladder of two bitrates, MPEG-TS' },
  {
    id: 'languages',
    playlist: 'languages-and-subtitles/master.m3u8',
    title: 'Fragmented MP4, two languages, WebVTT subtitles',
  },
  { id: 'encrypted', playlist: 'encrypted/index.m3u8', title: 'AES-128, the key changes half way' },
] as const;

/** What the steps share. */
interface Stage {
  readonly origin: DemoOrigin;
  readonly store: DemoStore;
  /** Catalogue, state and report lie in it; gone at the end. */
  readonly folder: string;
}

/** What `--watch` shows: this often each video, and each file so late that all takes about two minutes. */
const watched = { classes: 14, delayMs: 1_800, concurrency: 8 } as const;
/** The page stays for this long; nobody watches for longer. */
const watchedFor = '24h';

let running: ChildProcess | undefined;
let interrupted = false;

async function demo(stage: Stage): Promise<void> {
  const { origin, store, folder } = stage;
  const destination = `s3://${store.bucket}/${prefix}`;
  const rows = videos.map(({ id, title, playlist }) => ({ id, title, url: `${origin.url}/${playlist}` }));
  const copy = ['copy', 'catalogue.json', destination, '--report', 'report.json'];

  step(`Three videos on a web server, an empty bucket on an S3-compatible store (${store.name}), both of this demo.`);
  await writeFile(join(folder, 'catalogue.json'), `${JSON.stringify(rows, null, 2)}\n`);
  for (const row of rows) console.log(`${row.url}\n    ${row.title}`);
  console.log(`\nThe commands run in a temporary folder, with these in their environment:`);
  for (const [name, value] of Object.entries(settings(stage))) console.log(`    ${name}=${value}`);

  step('Copy them. A playlist is written once all that it names is there. The page shows each file meanwhile.');
  await copyWithPicture(copy, stage);

  step('Verify each video from the destination: every URI of every playlist, its size and its checksum.');
  for (const { playlist } of videos) await flants(['verify', `${destination}/${playlist}`, '--checksums'], stage);

  step('The report that --report wrote, in short.');
  await showReport(join(folder, 'report.json'));

  step('What lies at the destination, each object compared with its source by SHA-256.');
  await compare(store);

  step('Copy again: playlists that answer "304 Not Modified" cost nothing more.');
  const before = origin.bodies();
  await flants(copy, stage);
  expect(origin.bodies() === before, 'the second copy fetched bodies that had not changed');
  console.log('The web server was asked again, and had to send no body.');
}

/** The page ends with the copy: once its picture is taken, and at once where none can be. */
async function copyWithPicture(copy: readonly string[], stage: Stage): Promise<void> {
  const listen = `127.0.0.1:${await freePort()}`;
  if (!canTakePictures) {
    await flants([...copy, `--dashboard=${listen}`, '--dashboard-linger', '0s'], stage);
    return;
  }
  const address = `http://${listen}/`;
  const over = new AbortController();
  const taken = takePicture(address, picture, answers(address, over.signal)).then(
    () => true,
    (error: unknown) => !over.signal.aborted && Promise.reject(error as Error),
  );
  await flants([...copy, `--dashboard=${listen}`, '--dashboard-linger', '60s'], stage).finally(() => over.abort());
  expect(await taken, 'the page was not seen');
  console.log(`A picture of the page: ${relative(process.cwd(), picture)}`);
}

/** Waits until something answers there. */
async function answers(address: string, signal: AbortSignal): Promise<void> {
  while (!(await fetch(address, { signal }).catch(() => undefined))?.ok) await sleep(100, undefined, { signal });
}

/** The library often enough to be worth watching, slowly. */
async function watch(stage: Stage): Promise<void> {
  const { origin, store, folder } = stage;
  const rows = Array.from({ length: watched.classes }, (_, at) => at + 1).flatMap((at) =>
    videos.map(({ id, title, playlist }) => ({
      id: `${id}-${at}`,
      title: `${title}, class ${at}`,
      url: `${origin.url}/class-${at}/${playlist}`,
    })),
  );
  step(
    `${rows.length} videos on a slow web server, copied to ${store.name}. Open the address that is printed; Ctrl-C ends.`,
  );
  await writeFile(join(folder, 'catalogue.json'), JSON.stringify(rows));
  const pace = ['--concurrency', String(watched.concurrency)];
  const page = ['--dashboard', '--dashboard-linger', watchedFor];
  await flants(['copy', 'catalogue.json', `s3://${store.bucket}/${prefix}`, ...pace, ...page], stage);
}

function unlessInterrupted(error: unknown): void {
  if (!interrupted) throw error;
}

function step(text: string): void {
  expect(!interrupted, 'interrupted');
  console.log(`\n== ${text}\n`);
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Runs the command as a user does, and shows all it says. */
async function flants(args: readonly string[], stage: Stage): Promise<void> {
  console.log(`$ flants ${args.join(' ')}`);
  const child = spawn(process.execPath, [join(projectFolder, 'bin', 'flants.js'), ...args], {
    cwd: stage.folder,
    env: { ...foreignEnvironment(), ...settings(stage) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running = child;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  running = undefined;
  console.log();
  expect(!interrupted, 'interrupted');
  expect(code === 0, `flants ${args[0]} ended with exit code ${code}`);
}

/** Where the store and the state are: the same for each command. */
function settings({ store, folder }: Stage): Readonly<Record<string, string>> {
  return { FLANTS_ENDPOINT: store.endpoint, FLANTS_STATE: join(folder, 'state'), ...store.environment };
}

/** This machine's, without what would point the command at somebody's real account, options or proxy. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:AWS|FLANTS)_|^https?_proxy$/i.test(name)),
  );
}

/** The parts of a report that the demo shows. */
interface ReportPart {
  readonly videos: readonly {
    readonly id: string;
    readonly title: string;
    readonly state: string;
    readonly playlistKey: string;
    readonly files: { readonly total: number; readonly done: number };
    readonly sizeBytes: number;
  }[];
}

async function showReport(path: string): Promise<void> {
  const report = JSON.parse(await readFile(path, 'utf8')) as ReportPart;
  for (const { id, title, state, playlistKey, files, sizeBytes } of report.videos) {
    console.log(`${id}: ${state}, ${files.done} of ${files.total} files, ${sizeBytes} bytes`);
    console.log(`    ${title}\n    ${playlistKey}`);
    expect(state === 'published', `${id} is ${state}, not published`);
  }
  expect(report.videos.length === videos.length, `the report has ${report.videos.length} videos`);
}

async function compare(store: DemoStore): Promise<void> {
  const entries = await readdir(media, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths) {
    const key = `${prefix}/${relative(media, path).split(sep).join('/')}`;
    const source = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    expect((await store.sha256Of(key)) === source, `${key} is not equal to its source`);
  }
  const objects = await store.list();
  for (const [folder, members] of Map.groupBy(objects, ({ key }) => dirname(key))) {
    const sizeBytes = members.reduce((sum, member) => sum + member.sizeBytes, 0);
    console.log(`${String(members.length).padStart(4)} objects  ${String(sizeBytes).padStart(8)} bytes  ${folder}/`);
  }
  expect(objects.length === paths.length, `${paths.length} files at the source, ${objects.length} at the destination`);
  console.log(`${objects.length} objects, all equal to their source, and no other.`);
}

/** Starts the servers, runs the demo, and leaves nothing behind, however it ends. */
async function onStage(play: (stage: Stage) => Promise<void>, delayMs: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-demo-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const origin = await startOrigin(media, delayMs);
    stops.push(() => origin.stop());
    const store = await startStore();
    stops.push(() => store.stop());
    await play({ origin, store, folder });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // The command ends by itself, its step fails, and all is put away.
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
const startedAt = performance.now();
try {
  // Ctrl-C is how that ends.
  if (values.watch) await onStage((stage) => watch(stage).catch(unlessInterrupted), watched.delayMs);
  else await onStage(demo, 0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`\nDone in ${seconds} s. The servers are stopped and the temporary folder is gone.`);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = interrupted ? 130 : 1;
}
