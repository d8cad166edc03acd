/**
 * Takes the pictures in `docs/images/` from the running program: `npx node scripts/screenshots.ts [FOLDER]`. A library of
 * small files is copied, slowly enough to be seen under way, by `flants copy --dashboard`. `--terminal` takes only those of
 * the terminal. Needs Chromium, and script of util-linux.
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startChromium } from '../test/dashboard/chromium.ts';
import { mediaPlaylist, syntheticSegment } from '../test/media/synthetic.ts';
import { startOrigin } from '../test/servers/origin.ts';
import type { Origin } from '../test/servers/origin.ts';
import { projectFolder, runCommand } from './run-command.ts';
import { takeTerminalPictures } from './terminal-pictures.ts';

const token = 'only-for-pictures';
const classes = [
  'Linear algebra, week 4',
  'Organic chemistry, week 2',
  'History of cinema, week 7',
  'Thermodynamics, week 1',
  'Constitutional law, week 5',
  'Ear training, week 3',
  'Macroeconomics, week 6',
  'Marine biology, week 2',
] as const;
const renditions = ['1080p', '720p', '360p'] as const;
const segments = 420;
/** Of an answer of the web server. */
const delayMs = 25;
/** Segments that the web server has lost. */
const isLost = (path: string): boolean => /class-[36]\/720p\/seg-00(?:113|114|20\d)\.ts$/.test(path);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { terminal: { type: 'boolean', default: false } },
});
const pictures = resolve(positionals[0] ?? join(projectFolder, 'docs', 'images'));

async function takeOnlyTerminal(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-pictures-'));
  const browser = await startChromium();
  try {
    await mkdir(pictures, { recursive: true });
    await takeTerminalPictures(browser, folder, pictures);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  await takeOnlyTerminal();
  const folder = await mkdtemp(join(tmpdir(), 'flants-pictures-'));
  const origin = await startOrigin({
    files: await libraryFiles(),
    rule: ({ path }) =>
      isLost(path)
        ? { kind: 'status', status: 404 }
        : path.includes('/seg-')
          ? { kind: 'held', until: sleep(delayMs) }
          : undefined,
  });
  renamed.set(folder, '/srv').set(origin.url, 'https://cdn.example').set(new URL(origin.url).host, 'cdn.example');
  const browser = await startChromium();
  try {
    await mkdir(pictures, { recursive: true });
    await writeFile(join(folder, 'catalogue.json'), JSON.stringify(catalogueOf(origin)));
    const copy = startCopy(folder);
    try {
      await takeAll(browser, await copy.address);
    } finally {
      await copy.stop();
    }
    await takeReplay(browser, folder);
    await takeReport(browser, folder);
  } finally {
    await browser.close();
    await origin.stop();
    await rm(folder, { recursive: true });
  }
}

/** What a script that runs in the page may ask of an element. */
interface Scrolled {
  scrollIntoView(options: object): void;
}

async function takeAll(browser: Browser, address: string): Promise<void> {
  const light = await openAs(browser, address, 'light');
  const dark = await openAs(browser, address, 'dark');
  const narrow = await openAs(browser, address, 'dark', { width: 390, height: 844 });
  await light.getByText('Not found at the source').waitFor({ timeout: 60_000 });
  await waitForShare(light, 35);
  await take(light, 'overview-light');
  await take(dark, 'overview-dark');
  await take(narrow, 'overview-narrow');

  const failing = '/video?id=class-3&file=533';
  await light.goto(`${address}${failing}`);
  await dark.goto(`${address}${failing}`);
  for (const [page, name] of [
    [light, 'video-light'],
    [dark, 'video-dark'],
  ] as const) {
    await page.getByRole('region', { name: /^File / }).waitFor();
    const panel = page.getByRole('region', { name: /^File / });
    await panel.evaluate((element: Scrolled) => element.scrollIntoView({ block: 'end' }));
    await take(page, name);
  }

  await light.goto(`${address}/videos?sort=progress&order=desc`);
  await dark.goto(`${address}/videos?sort=progress&order=desc`);
  await light.getByRole('listitem').first().waitFor();
  await take(light, 'videos-light');
  await take(dark, 'videos-dark');

  await dark.setViewportSize({ width: 960, height: 640 });
  await dark.goto(`${address}/video?id=trailer`);
  await dark.getByRole('button', { name: /Play it/ }).click();
  await dark.waitForFunction(`document.querySelector('video')?.currentTime > 2`, null, { timeout: 60_000 });
  await take(dark, 'play-dark');
}

/** The report of a library that is nearly done, as a director gets it. */
async function takeReport(browser: Browser, folder: string): Promise<void> {
  const path = join(folder, 'report.html');
  const entry = join(projectFolder, 'bin', 'flants.js');
  const words = [entry, 'report', '--state', join(folder, 'state'), '--html', path];
  const { code, stderr } = await runCommand(process.execPath, words);
  if (code !== 0) throw new Error(`flants report: ${stderr}`);
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 1100 } });
    await page.goto(pathToFileURL(path).href);
    await take(page, `report-${colorScheme}`);
    await page.close();
  }
}

/** The copy, half way through its replay. */
async function takeReplay(browser: Browser, folder: string): Promise<void> {
  const path = join(folder, 'replay.html');
  const entry = join(projectFolder, 'bin', 'flants.js');
  const words = [entry, 'replay', '--state', join(folder, 'state'), '--out', path, '--titles'];
  const { code, stderr } = await runCommand(process.execPath, words);
  if (code !== 0) throw new Error(`flants replay: ${stderr}`);
  const page = await browser.newPage({
    colorScheme: 'light',
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  await page.goto(pathToFileURL(path).href);
  await page.getByRole('slider').fill('330');
  await take(page, 'replay-light');
}

async function openAs(
  browser: Browser,
  address: string,
  colorScheme: 'light' | 'dark',
  viewport = { width: 1440, height: 900 },
): Promise<Page> {
  // The policy of the page also forbids what waits for it from outside.
  const context = await browser.newContext({ colorScheme, viewport, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(address);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Token' }).fill(token);
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  return page;
}

/** Waits until the tab's title says that so much is done. */
async function waitForShare(page: Page, percent: number): Promise<void> {
  await page.waitForFunction(`parseFloat(document.title) >= ${percent}`, null, { timeout: 120_000 });
}

/** Names of this machine, and what a picture shows in their place. */
const renamed = new Map<string, string>();

/** What a script that runs in the page may ask of its texts. */
interface PageOfTexts {
  readonly document: {
    readonly body: unknown;
    createTreeWalker(root: unknown, kind: number): { nextNode(): { nodeValue: string | null } | null };
  };
}

/** Replaces names of this machine in all texts of the page. */
async function rename(page: Page): Promise<void> {
  await page.evaluate(
    (names) => {
      const { document } = globalThis as unknown as PageOfTexts;
      const texts = document.createTreeWalker(document.body, 4);
      for (let text = texts.nextNode(); text; text = texts.nextNode())
        for (const [name, shown] of names)
          if (text.nodeValue?.includes(name)) text.nodeValue = text.nodeValue.replaceAll(name, shown);
    },
    [...renamed],
  );
}

async function take(page: Page, name: string): Promise<void> {
  // What a click leaves under the pointer is no part of a picture.
  await page.mouse.move(0, 0);
  await rename(page);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  console.log(relative(projectFolder, join(pictures, `${name}.png`)));
}

/** `flants copy` in a process of its own, and where its page is. */
function startCopy(folder: string): { readonly address: Promise<string>; stop(): Promise<void> } {
  const words = ['copy', 'catalogue.json', join(folder, 'vod'), '--state', join(folder, 'state'), '--no-progress'];
  const entry = join(projectFolder, 'bin', 'flants.js');
  const child = spawn(process.execPath, [entry, ...words, '--dashboard'], {
    cwd: folder,
    env: { ...process.env, FLANTS_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const address = new Promise<string>((found, fail) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', (line) => {
        const url = /dashboard is at (\S+?)\/?$/.exec(line)?.[1];
        if (url !== undefined) found(url);
      });
    void ended.then(() => fail(new Error('the copy ended before it said where its page is')));
  });
  return {
    address,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function catalogueOf(origin: Origin): readonly object[] {
  const rows = classes.map((title, at) => ({
    id: `class-${at + 1}`,
    title,
    url: `${origin.url}/class-${at + 1}/master.m3u8`,
  }));
  const trailer = { id: 'trailer', title: 'What you will learn', url: `${origin.url}/trailer/master.m3u8` };
  return [{ ...trailer, recordedAt: new Date().toISOString() }, ...rows];
}

/** Classes of small segments that nobody could play, and one that plays: the demo's. */
async function libraryFiles(): Promise<Readonly<Record<string, Uint8Array | string>>> {
  const files: Record<string, Uint8Array | string> = {};
  const names = Array.from({ length: segments }, (_, number) => syntheticSegment(number));
  const variant = (name: string): string =>
    `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidths[name] ?? 1},RESOLUTION=${sizes[name] ?? ''}\n${name}/index.m3u8`;
  for (const at of classes.keys()) {
    const folder = `/class-${at + 1}`;
    files[`${folder}/master.m3u8`] = `${['#EXTM3U', ...renditions.map(variant)].join('\n')}\n`;
    for (const rendition of renditions) {
      files[`${folder}/${rendition}/index.m3u8`] = mediaPlaylist(names);
      for (const name of names) files[`${folder}/${rendition}/${name}`] = segmentOf(`${folder}/${rendition}/${name}`);
    }
  }
  const media = join(projectFolder, 'demo', 'media', 'two-bitrates');
  for (const entry of await readdir(media, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[`/trailer/${relative(media, path)}`] = await readFile(path);
  }
  return files;
}

const bandwidths: Readonly<Record<string, number>> = { '1080p': 5_200_000, '720p': 2_800_000, '360p': 800_000 };
const sizes: Readonly<Record<string, string>> = { '1080p': '1920x1080', '720p': '1280x720', '360p': '640x360' };

/** Looks like a transport stream: packets of 188 bytes that begin with 0x47. */
function segmentOf(path: string): Uint8Array {
  const packets = 8 + (path.length % 5);
  const bytes = Buffer.alloc(packets * 188, path);
  for (let packet = 0; packet < packets; packet++) bytes[packet * 188] = 0x47;
  return bytes;
}

if (values.terminal) await takeOnlyTerminal();
else await main();
