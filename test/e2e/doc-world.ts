import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import { startVersitygw } from '../servers/versitygw.ts';

/** A home folder, a web server with videos, and a store, for the commands of one document. */
export interface DocWorld {
  /** Runs a script of bash as it is in a document. Both streams of its output are one. */
  run(script: string): Promise<DocRun>;
  stop(): Promise<void>;
}

/** How a script ended. */
export interface DocRun {
  readonly code: number | null;
  /** With the names of the document in place of those of this machine. */
  readonly said: string;
}

/** Videos of `library.csv`; the first three are also those of `videos.ndjson`. */
const classes = Array.from({ length: 24 }, (_, at) => `class-${at + 41}`);
/** The old home has lost it. Not one of the first three. */
const lostFile = '/class/47/720p/seg-2.ts';
const renditions = { '720p': 2_800_000, '360p': 800_000 } as const;
const segments = ['seg-0.ts', 'seg-1.ts', 'seg-2.ts', 'seg-3.ts'];

/** Starts a world. In its home folder are `videos.ndjson`, `library.csv` and, as in a clone, `demo/` and `deploy/`. */
export async function startDocWorld(): Promise<DocWorld> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'flants-docs-')));
  const [origin, store] = await Promise.all([startOrigin({ files: libraryFiles() }), startVersitygw()]);
  for (const bucket of ['media', 'media-private']) await mkdir(join(dirname(store.folder), bucket));
  await writeCatalogues(home, origin.url);
  for (const folder of ['demo', 'deploy'])
    await cp(join(projectFolder, folder), join(home, folder), { recursive: true });
  const bin = join(home, '.bin');
  await mkdir(bin);
  await writeFile(join(bin, 'flants'), `#!/bin/sh\nexec '${process.execPath}' '${inject('command')}' "$@"\n`);
  await chmod(join(bin, 'flants'), 0o755);

  const here = { 'https://cdn.example': origin.url, 'eu-central-1': store.region };
  const shown = (text: string): string =>
    text
      // Readers use AWS, where neither is printed.
      .replaceAll(` --endpoint ${store.endpoint}`, '')
      .replaceAll('Not kept by the destination: empty segments in names (a//b)\n', '')
      .replaceAll(origin.url, 'https://cdn.example')
      .replaceAll(new URL(origin.url).host.replace(':', '~'), 'cdn.example')
      .replaceAll(new URL(origin.url).host, 'cdn.example')
      .replaceAll(store.endpoint, 'https://s3.eu-central-1.amazonaws.com')
      .replaceAll(home, '/home/me')
      // As ids and names of states have it.
      .replaceAll(home.slice(1), 'home/me')
      .replaceAll(home.slice(1).replaceAll('/', '-'), 'home-me');
  return {
    async run(script) {
      let text = script;
      for (const [written, meant] of Object.entries(here)) text = text.replaceAll(written, meant);
      const child = spawn('bash', ['-c', `exec 2>&1\n${text}`], {
        cwd: home,
        env: {
          PATH: `${bin}:${process.env['PATH']}`,
          HOME: home,
          AWS_ACCESS_KEY_ID: store.accessKeyId,
          AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
          AWS_EC2_METADATA_DISABLED: 'true',
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
          FLANTS_ENDPOINT: store.endpoint,
          FLANTS_THREADS: '1',
          FLANTS_PROGRESS: 'false',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, said: shown(said) };
    },
    async stop() {
      await Promise.all([origin.stop(), store.stop()]);
      await rm(home, { recursive: true });
    },
  };
}

function libraryFiles(): Readonly<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {};
  for (const id of classes) {
    const folder = `/class/${id.slice('class-'.length)}`;
    const variants = Object.entries(renditions).map(
      ([name, bandwidth]) => `#EXT-X-STREAM-INF:BANDWIDTH=${bandwidth}\n${name}/index.m3u8\n`,
    );
    files[`${folder}/master.m3u8`] = `#EXTM3U\n${variants.join('')}`;
    for (const name of Object.keys(renditions)) {
      files[`${folder}/${name}/index.m3u8`] = mediaPlaylist(segments);
      // As long as the bandwidth says, on a smaller scale.
      for (const segment of segments)
        files[`${folder}/${name}/${segment}`] = Buffer.alloc(
          (renditions[name as keyof typeof renditions] / 100_000) * 1880,
          'G',
        );
    }
  }
  delete files[lostFile];
  return files;
}

async function writeCatalogues(home: string, source: string): Promise<void> {
  const rows = classes.map((id, at) => ({
    id,
    title: `Algebra, lesson ${at + 1}`,
    playlistUrl: `${source}/class/${id.slice('class-'.length)}/master.m3u8`,
    recordedAt: new Date(Date.UTC(2026, 10, at + 1, 8)).toISOString(),
  }));
  const lines = rows.slice(0, 3).map((row) => `${JSON.stringify(row)}\n`);
  await writeFile(join(home, 'videos.ndjson'), lines.join(''));
  const table = rows.map(({ id, title, playlistUrl, recordedAt }) => `${id},"${title}",${playlistUrl},${recordedAt}\n`);
  await writeFile(join(home, 'library.csv'), `id,title,playlistUrl,recordedAt\n${table.join('')}`);
}
