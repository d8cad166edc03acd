import { loadReportOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Control } from '../control/control.ts';
import type { VideoId } from '../domain/video.ts';
import type { Verb } from './context.ts';
import { writeToFile, writeToStream } from './output.ts';
import type { LineWriter } from './output.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants report` */
export const report: Verb = async (input, context) => {
  const { place, outputPath, ...what } = await loadReportOptions(input);
  const produce = async (write: LineWriter): Promise<void> => {
    if (place.kind === 'cluster') {
      await withReadOnlyControl(place, context, (control) => writeClusterReport(control, what, write));
      return;
    }
    const { writeReport } = await import('../app/embedded/inspect.ts');
    await writeReport({ ...place, ...what }, write);
  };
  if (outputPath === undefined) await writeToStream(context.stdout, produce);
  else await writeToFile(outputPath, '--output', produce);
  return exitCodes.whole;
};

async function writeClusterReport(
  control: Control,
  { videos, files }: { readonly videos: readonly VideoId[]; readonly files: boolean },
  write: LineWriter,
): Promise<void> {
  if (!files) {
    await write(JSON.stringify(await control.report(videos), null, 2));
    return;
  }
  for (const video of videos) await control.fileLines(video, write);
  if (videos.length > 0) return;
  for await (const { id } of control.videos()) await control.fileLines(id, write);
}
