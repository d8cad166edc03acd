import { loadStatusOptions } from '../config/state-options.ts';
import { exitCodeOf } from '../domain/exit-code.ts';
import type { Verb } from './context.ts';
import { renderStatus } from './render-report.ts';
import { stateWords } from './state-words.ts';

/** `flants status`: ends with the code that a copy would have if it ended now. */
export const status: Verb = async (input, { stdout }) => {
  const options = await loadStatusOptions(input);
  const { readStatus } = await import('../app/inspect.ts');
  const report = await readStatus(options);
  const words = stateWords(options, input.environment);
  stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderStatus(report, { ...options, stateWords: words }));
  return exitCodeOf({ videos: report.videos, refused: report.refusedRows.length, interrupted: false });
};
