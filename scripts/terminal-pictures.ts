import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { mediaPlaylist } from '../test/media/synthetic.ts';
import { startOrigin } from '../test/servers/origin.ts';
import { projectFolder } from './run-command.ts';

/** Size of the terminal. */
const columns = 126;
const mostRows = 40;
const segments = Array.from({ length: 60 }, (_, at) => `seg-${String(at).padStart(3, '0')}.ts`);
const classes = ['Linear algebra', 'Organic chemistry', 'History of cinema', 'Thermodynamics', 'Ear training'] as const;
/** Of an answer of the web server. */
const delayMs = 40;
const lost = '/class/43/seg-041.ts';

/** What a command wrote to its terminal, with all escape codes. */
interface Recording {
  readonly whole: string;
  /** What it had written when the progress display first showed at least this share. */
  readonly midway: string | undefined;
}

/**
 * Takes pictures of the terminal: a copy under way, its end, and what it left to be done. The commands run in a real
 * pseudo-terminal (script of util-linux), and xterm.js shows what they wrote.
 *
 * @param folder - for the library; its path is shown as /home/me
 */
export async function takeTerminalPictures(browser: Browser, folder: string, pictures: string): Promise<void> {
  const origin = await startOrigin({
    files: libraryFiles(),
    rule: ({ path }) => (path.includes('/seg-') && path !== lost ? { kind: 'held', until: sleep(delayMs) } : undefined),
  });
  try {
    const rows = classes.map((title, at) => `class-${41 + at},"${title}",${origin.url}/class/${41 + at}/master.m3u8\n`);
    await writeFile(join(folder, 'library.csv'), `id,title,playlistUrl\n${rows.join('')}`);
    const shown = (text: string): string =>
      text
        .replaceAll(folder, '/home/me')
        // As the state is named.
        .replaceAll(folder.slice(1).replaceAll('/', '-'), 'home-me')
        .replaceAll(origin.url, 'https://cdn.example');
    const take = (command: string, written: string, name: string): Promise<void> =>
      takeTerminal(browser, `\u001b[1m$ ${command}\u001b[0m\r\n${shown(written)}`, join(pictures, `${name}.png`));

    const copy = 'flants copy library.csv vod --concurrency 4';
    const { whole, midway } = await record(copy, folder, 55);
    if (midway === undefined) throw new Error('the progress display never showed 55%');
    await take(copy, midway, 'terminal-copy');
    await take(copy, whole, 'terminal-end');
    const status = 'flants status vod';
    await take(status, (await record(status, folder)).whole, 'terminal-status');
  } finally {
    await origin.stop();
  }
}

async function record(command: string, folder: string, share = Infinity): Promise<Recording> {
  const entry = join(projectFolder, 'bin', 'flants.js');
  const typed = `stty cols ${columns} rows ${mostRows}; ${command.replace('flants', `'${process.execPath}' '${entry}'`)}`;
  const child = spawn('script', ['--quiet', '--flush', '--command', typed, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm-256color', FLANTS_THREADS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let whole = '';
  let midway: string | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    whole += chunk.toString();
    const latest = [...chunk.toString().matchAll(/(\d+)%/g)][0]?.[1];
    if (midway === undefined && Number(latest) >= share && Number(latest) < 100) midway = whole;
  });
  await once(child, 'close');
  return { whole, midway };
}

/** What runs in the page: the constructor that xterm.js leaves there, and the terminal made by it. */
interface TerminalPage {
  readonly Terminal: new (options: object) => {
    open(parent: unknown): void;
    write(text: string, done: () => void): void;
    resize(columns: number, rows: number): void;
    readonly buffer: { readonly active: { readonly cursorY: number } };
  };
  readonly document: { getElementById(id: string): unknown };
}

async function takeTerminal(browser: Browser, text: string, path: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
  await page.setContent(
    '<body style="margin:0"><div id="terminal" style="display:inline-block;padding:14px;background:#16181d"></div>',
  );
  await page.addStyleTag({ path: fileURLToPath(import.meta.resolve('@xterm/xterm/css/xterm.css')) });
  await page.addScriptTag({ path: fileURLToPath(import.meta.resolve('@xterm/xterm')) });
  await page.evaluate(
    async ({ written, width, height }) => {
      const { Terminal, document } = globalThis as unknown as TerminalPage;
      const terminal = new Terminal({
        cols: width,
        rows: height,
        fontSize: 13,
        fontFamily: 'monospace',
        cursorStyle: 'underline',
        cursorInactiveStyle: 'none',
        theme: { background: '#16181d', foreground: '#d8dce3' },
      });
      terminal.open(document.getElementById('terminal'));
      await new Promise<void>((done) => terminal.write(written, done));
      terminal.resize(width, Math.max(3, terminal.buffer.active.cursorY + 1));
    },
    { written: text.replace(/(?:\r?\n)+$/, ''), width: columns, height: mostRows },
  );
  // xterm.js draws in the next frame.
  await sleep(300);
  await page.locator('#terminal').screenshot({ path });
  console.log(path);
  await page.close();
}

function libraryFiles(): Readonly<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {};
  for (const at of classes.keys()) {
    const folder = `/class/${41 + at}`;
    files[`${folder}/master.m3u8`] = mediaPlaylist(segments);
    for (const segment of segments) files[`${folder}/${segment}`] = Buffer.alloc(188 * 1500, 'G');
  }
  delete files[lost];
  return files;
}
