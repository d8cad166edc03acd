import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const uriAttribute = /(?<=[:,]URI=")[^"]+/;

/**
 * The URI of a playlist's line, if it has one. Good for what ffmpeg writes and for
 * no more, and that is the point: it shares nothing with the walk that it judges.
 */
function uriOf(line: string): string | undefined {
  if (line.startsWith('#')) return uriAttribute.exec(line)?.[0];
  return line.trim() === '' ? undefined : line;
}

/** Every URI of a playlist, in the order of its lines. */
export function urisIn(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => uriOf(line) ?? []);
}

/** A playlist with each of its URIs changed. */
export function changeUris(text: string, change: (uri: string) => string): string {
  const changed = (line: string): string => {
    const uri = uriOf(line);
    if (uri === undefined) return line;
    return line.startsWith('#') ? line.replace(uriAttribute, () => change(uri)) : change(uri);
  };
  return text.split('\n').map(changed).join('\n');
}

/**
 * Every file that a presentation leads to, its playlists among them.
 *
 * @param playlist - path below the folder
 * @returns paths below the folder, each once
 */
export async function reachableFiles(folder: string, playlist: string): Promise<readonly string[]> {
  const found = new Set([playlist]);
  for (const path of found) {
    if (!path.endsWith('.m3u8')) continue;
    const text = await readFile(join(folder, path), 'utf8');
    for (const uri of urisIn(text)) found.add(join(dirname(path), uri));
  }
  return [...found];
}
