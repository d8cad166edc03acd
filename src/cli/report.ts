import { loadReportOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/verbs.ts';
import type { Verb } from './context.ts';
import { writeToFile, writeToStream } from './output.ts';
import type { LineWriter } from './output.ts';

/** `flants report` */
export const report: Verb = async (input, { stdout }) => {
  const options = await loadReportOptions(input);
  const { writeReport } = await import('../app/inspect.ts');
  const produce = (write: LineWriter): Promise<void> => writeReport(options, write);
  if (options.outputPath === undefined) await writeToStream(stdout, produce);
  else await writeToFile(options.outputPath, '--output', produce);
  return exitCodes.whole;
};
