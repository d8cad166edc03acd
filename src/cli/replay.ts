import { loadReplayOptions } from '../config/replay-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Verb } from './context.ts';
import { formatCounted, formatDuration } from '../domain/report/amount-text.ts';
import { writeToFile } from './output.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants replay` */
export const replay: Verb = async (input, context) => {
  const { place, outPath, titles } = await loadReplayOptions(input);
  const { pageWithReplay, readReplayPage } = await import('../app/replay-page.ts');
  const page = await readReplayPage();
  const made = await withReadOnlyControl(place, context, (control) => control.replay({ titles }));
  await writeToFile(outPath, '--out', (write) => write(pageWithReplay(page, made)));
  const files = made.videos.reduce((sum, video) => sum + video.files, 0);
  context.stdout.write(
    `${outPath} plays ${formatCounted(made.videos.length, 'video')} with ${formatCounted(files, 'file')}, ${formatDuration(made.durationMs)} of work\n`,
  );
  return exitCodes.whole;
};
