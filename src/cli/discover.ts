import { loadDiscoverOptions } from '../config/discover-options.ts';
import type { DiscoverOptions } from '../config/discover-options.ts';
import type { SourceStoreOptions } from '../config/network-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { abortOnSignal } from './abort-on-signal.ts';
import type { Verb } from './context.ts';
import { writeToFile, writeToStream } from './output.ts';
import { shellQuote } from './shell-quote.ts';
import type { LineWriter } from './output.ts';

/** A copy reads `s3://` sources with options of their own: those of the store are for its destination. */
function copyCommand(
  path: string,
  { place, baseUrl, endpoint, region, profile }: Pick<DiscoverOptions, 'place' | 'baseUrl' | keyof SourceStoreOptions>,
): string {
  const store = place.kind === 's3' && baseUrl === undefined ? { endpoint, region, profile } : {};
  const flags = Object.entries(store).flatMap(([name, value]) =>
    value === undefined ? [] : [`--source-${name}`, shellQuote(value)],
  );
  return ['flants copy', shellQuote(path), '<destination>', ...flags, '--dry-run'].join(' ');
}

/** `flants discover` */
export const discover: Verb = async (input, { stdout, stderr }) => {
  const options = await loadDiscoverOptions(input);
  const { discoverVideos } = await import('../app/discover.ts');
  let passedOver = 0;
  const onPassedOver = (url: string, reason: string): void => {
    passedOver += 1;
    stderr.write(`left out ${url}: ${reason}\n`);
  };
  const videos = await abortOnSignal((signal) => discoverVideos(options, { onPassedOver, signal }));
  const write = async (line: LineWriter): Promise<void> => {
    for (const video of videos) await line(JSON.stringify(video));
  };
  const { outPath } = options;
  if (outPath === undefined) await writeToStream(stdout, write);
  else await writeToFile(outPath, '--out', write);
  const isSaved = outPath !== undefined && videos.length > 0;
  const next = isSaved ? `; look at them with: ${copyCommand(outPath, options)}` : '';
  const hasNone = videos.length === 0 && passedOver === 0;
  const why = hasNone ? ': only names that end with .m3u8 or .m3u are read; list other playlists in a catalogue' : '';
  stderr.write(`${videos.length} ${videos.length === 1 ? 'video' : 'videos'} found${why}${next}\n`);
  if (videos.length === 0) return exitCodes.notStarted;
  return passedOver > 0 ? exitCodes.warnings : exitCodes.whole;
};
