import type { FlantsResult } from '../e2e/flants.ts';
import type { ExpectedVideo } from './expected.ts';

/** Runs a verb of the command on the cluster. */
export type RunVerb = (verb: string, ...words: readonly string[]) => Promise<FlantsResult>;

const verifiedVideos = 3;

/** What people would ask: `report` counts every file as done, and `verify` finds whole copies. */
export async function auditByCommands(
  run: RunVerb,
  destination: string,
  videos: readonly ExpectedVideo[],
  disagree: (what: string) => void,
): Promise<void> {
  const report = await run('report', destination, '--format', 'ndjson');
  if (report.code !== 0) disagree(`report ended with ${report.code}: ${report.stderr}`);
  const done = new Map<string, number>();
  for (const line of report.stdout.split('\n')) {
    if (line === '') continue;
    const { video, state, key } = JSON.parse(line) as Readonly<Record<'video' | 'state' | 'key', string>>;
    if (state === 'done') done.set(video, (done.get(video) ?? 0) + 1);
    else disagree(`report says of ${key} of ${video} that it is ${state}`);
  }
  for (const { id, files } of videos) {
    if (done.get(id) !== files.size) disagree(`report counts ${done.get(id)} files of ${id}, not ${files.size}`);
    done.delete(id);
  }
  for (const id of done.keys()) disagree(`report names ${id}, which is in no catalogue`);
  const step = Math.max(1, Math.floor(videos.length / verifiedVideos));
  for (const { playlist } of videos.filter((_, index) => index % step === 0)) {
    const { code, stdout, stderr } = await run('verify', `${destination}/${playlist.key}`);
    if (code !== 0) disagree(`verify of ${playlist.key} ended with ${code}: ${stdout}${stderr}`);
  }
}
