/**
 * The library that try-swarm.ts moves. It is made of names alone, so that nobody has to keep it. The image's Node runs this file as
 * it is.
 *
 *   node library.ts serve                 serves it on port 80, each answer after LATENCY_MS
 *   node library.ts audit FOLDER          compares the copy in a folder with it, byte for byte
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const { VIDEOS = '1', FILES = '1', FILE_BYTES = '1024', LATENCY_MS = '0' } = process.env;
const numbers = (count: string): number[] => Array.from({ length: Number(count) }, (_, index) => index);
const names = numbers(FILES).map((file) => `seg-${String(file).padStart(4, '0')}.ts`);
const folders = numbers(VIDEOS).map((video) => `v-${String(video).padStart(3, '0')}`);

const playlist = [
  '#EXTM3U',
  '#EXT-X-VERSION:3',
  '#EXT-X-TARGETDURATION:4',
  '#EXT-X-PLAYLIST-TYPE:VOD',
  ...names.flatMap((name) => ['#EXTINF:4,', name]),
  '#EXT-X-ENDLIST\n',
].join('\n');

/** The bytes of a path; undefined where the library has none. */
function bodyOf(path: string): Buffer | undefined {
  const [folder = '', name = '', ...more] = path.split('/');
  if (more.length > 0 || !folders.includes(folder)) return undefined;
  if (name === 'index.m3u8') return Buffer.from(playlist);
  if (!names.includes(name)) return undefined;
  const rest = createHash('shake256', { outputLength: Number(FILE_BYTES) - 1 });
  // A transport stream begins with its sync byte.
  return Buffer.concat([Buffer.from('G'), rest.update(path).digest()]);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = bodyOf(decodeURIComponent(new URL(request.url ?? '/', 'http://origin').pathname).slice(1));
  await sleep(Number(LATENCY_MS));
  if (!body) {
    response.writeHead(404).end();
    return;
  }
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const headers = { ETag: etag, 'Content-Length': body.length };
  if (request.headers['if-none-match'] === etag) response.writeHead(304, { ETag: etag }).end();
  else response.writeHead(200, headers).end(body);
}

function audit(folder: string): void {
  const found = { whole: 0, missing: 0, wrong: 0, foreign: 0 };
  for (const path of folders.flatMap((each) => [...names, 'index.m3u8'].map((name) => `${each}/${name}`))) {
    try {
      found[readFileSync(join(folder, path)).equals(bodyOf(path) ?? Buffer.alloc(0)) ? 'whole' : 'wrong'] += 1;
    } catch {
      found.missing += 1;
    }
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  found.foreign = files.length - found.whole - found.wrong;
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

// The words follow the path of this file, or Node itself where the text was given by --eval.
const [verb, folder = '.'] = process.argv.slice(process.argv[1]?.endsWith('.ts') ? 2 : 1);
if (verb === 'audit') audit(folder);
else {
  createServer((request, response) => void answer(request, response).catch(() => response.destroy())).listen(80);
  process.once('SIGTERM', () => process.exit());
}
