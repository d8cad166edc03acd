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
  const { place, outputPath, htmlPath, csvPath, ...what } = await loadReportOptions(input);
  if (htmlPath !== undefined || csvPath !== undefined) {
    await withReadOnlyControl(place, context, async (control) => {
      if (htmlPath !== undefined)
        await writeToFile(htmlPath, '--html', async (write) => write(await control.reportPage(what.videos)));
      if (csvPath !== undefined) await writeTable(control, csvPath, what.videos);
    });
    for (const path of [htmlPath, csvPath]) if (path !== undefined) context.stdout.write(`written: ${path}\n`);
    if (outputPath === undefined) return exitCodes.whole;
  }
  const produce = (write: LineWriter): Promise<void> =>
    withReadOnlyControl(place, context, (control) => writeReport(control, what, write));
  if (outputPath === undefined) await writeToStream(context.stdout, produce);
  else await writeToFile(outputPath, '--output', produce);
  return exitCodes.whole;
};

/** The videos, or the files of those that are named, with the names of the columns once. */
async function writeTable(control: Control, path: string, videos: readonly VideoId[]): Promise<void> {
  await writeToFile(path, '--csv', async (write) => {
    // RFC 4180 wants CRLF.
    const writeLine: LineWriter = (line) => write(`${line}\r`);
    if (videos.length === 0) return control.reportTable(writeLine);
    for (const [at, video] of videos.entries()) {
      let isHeading = at > 0;
      await control.fileTable(video, async (line) => {
        if (!isHeading) await writeLine(line);
        isHeading = false;
      });
    }
  });
}

/** One JSON document, or a line for each file. */
async function writeReport(
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
