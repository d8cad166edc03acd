import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FlantsError } from '../domain/failure.ts';
import type { Replay } from '../domain/progress/replay.ts';
import { dashboardFolder } from './dashboard-files.ts';

/** Where the template holds what it plays. */
const dataPlace = /(<script type="application\/json" id="replay-data">)[^<]*(<\/script>)/;

/**
 * Reads the page that plays replays, without what it plays.
 *
 * @throws {FlantsError} `usage` where it was not built
 */
export async function readReplayPage(): Promise<string> {
  const folder = await dashboardFolder();
  const page = folder && (await readFile(join(folder, 'replay.html'), 'utf8').catch(() => undefined));
  if (page) return page;
  throw new FlantsError('usage', 'the page that plays replays was not built: in a clone, npm run build builds it');
}

/** Puts a replay into the page. No text of it can end the script that it stands in. */
export function pageWithReplay(page: string, replay: Replay): string {
  const json = JSON.stringify(replay).replaceAll('<', String.raw`\u003c`);
  return page.replace(dataPlace, (_, begin: string, end: string) => begin + json + end);
}
