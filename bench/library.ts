import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A made-up library: how many files of which size, spread over videos. */
export interface LibrarySpec {
  readonly files: number;
  readonly fileBytes: number;
  readonly filesOfVideo: number;
}

/** A library in a folder, as a web server would serve it. */
export interface Library extends LibrarySpec {
  readonly folder: string;
  /** Paths of the media files below the folder. */
  readonly paths: readonly string[];
  /** Paths of the playlists below the folder. */
  readonly playlists: readonly string[];
}

/** Writes a library whose bytes are the same each time, and cannot be compressed. */
export async function makeLibrary(folder: string, spec: LibrarySpec): Promise<Library> {
  const paths: string[] = [];
  const playlists: string[] = [];
  const random = randomBytesOf(`${spec.files} of ${spec.fileBytes}`);
  for (let video = 0; video * spec.filesOfVideo < spec.files; video += 1) {
    const name = `video-${String(video).padStart(4, '0')}`;
    const count = Math.min(spec.filesOfVideo, spec.files - video * spec.filesOfVideo);
    await mkdir(join(folder, name), { recursive: true });
    const segments = Array.from({ length: count }, (_, number) => `segment-${String(number).padStart(5, '0')}.ts`);
    for (const segment of segments) {
      paths.push(`${name}/${segment}`);
      await writeFile(join(folder, name, segment), random(spec.fileBytes));
    }
    playlists.push(`${name}/index.m3u8`);
    await writeFile(join(folder, name, 'index.m3u8'), playlistOf(segments));
  }
  return { ...spec, folder, paths, playlists };
}

/** A catalogue of the library's videos, a JSON value on each line. */
export function catalogueOf({ playlists }: Library, origin: string): string {
  return playlists
    .map((path) => `${JSON.stringify({ id: path.split('/', 1)[0], playlistUrl: `${origin}/${path}` })}\n`)
    .join('');
}

/** Rows of address and path for `rclone copyurl --urls`, playlists last. */
export function addressesOf({ paths, playlists }: Library, origin: string): string {
  return [...paths, ...playlists].map((path) => `${origin}/${path},${path}\n`).join('');
}

/** @throws when a file of the library is not in the folder with the same bytes, or anything else is there */
export async function assertDelivered(library: Library, folder: string): Promise<void> {
  const wanted = [...library.paths, ...library.playlists];
  for (const path of wanted) {
    const [sent, arrived] = await Promise.all([readFile(join(library.folder, path)), readFile(join(folder, path))]);
    if (!sent.equals(arrived)) throw new Error(`${path} differs from what was sent`);
  }
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).length;
  if (found !== wanted.length) throw new Error(`${found} files stand in ${folder}, ${wanted.length} were sent`);
}

function playlistOf(segments: readonly string[]): string {
  const lines = segments.map((segment) => `#EXTINF:4,\n${segment}\n`).join('');
  return `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n${lines}#EXT-X-ENDLIST\n`;
}

/** The key stream of a cipher: as good as random, repeatable, and a gigabyte of it in a second. */
function randomBytesOf(seed: string): (sizeBytes: number) => Buffer {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (sizeBytes) => cipher.update(Buffer.alloc(sizeBytes));
}
