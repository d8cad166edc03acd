/**
 * Makes the demo's three short videos in `demo/media/`, which are kept in the
 * repository so that the demo needs no ffmpeg. Run it again only to change them.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeMedia } from '../test/media/recipes.ts';
import type { MediaCase } from '../test/media/recipes.ts';
import { projectFolder } from './run-command.ts';

const home = join(projectFolder, 'demo', 'media');
const maxSizeBytes = 2 * 1024 * 1024;
const bitrates = { high: 160_000, low: 60_000, audio: 32_000 };

/** Folder of each video, what it shows, and its kind. */
const videos: readonly (readonly [folder: string, picture: string, kind: MediaCase])[] = [
  ['two-bitrates', 'testsrc2', 'ladder'],
  ['languages-and-subtitles', 'smptehdbars', 'tracks'],
  ['encrypted', 'testsrc', 'aes'],
];

await rm(home, { recursive: true, force: true });
for (const [folder, picture, kind] of videos) {
  const draft = join(home, `draft-${folder}`);
  await mkdir(draft, { recursive: true });
  await makeMedia(draft, [kind], { picture, seconds: 8, bitrates });
  await rename(join(draft, kind), join(home, folder));
  await rm(draft, { recursive: true });
}

const names = await readdir(home, { recursive: true });
const sizes = await Promise.all(names.map((name) => stat(join(home, name))));
const files = sizes.filter((entry) => entry.isFile());
const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
console.log(`${files.length} files, ${sizeBytes} bytes in demo/media`);
if (sizeBytes > maxSizeBytes) throw new Error(`demo/media is above ${maxSizeBytes} bytes: lower the bitrates`);
