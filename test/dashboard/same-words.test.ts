import { describe, expect, it } from 'vitest';
import { describeCode, formatAbout, formatAboutCount, formatDuration } from '../../dashboard/src/parts/format.ts';
import * as terminal from '../../src/cli/format.ts';
import { codeText } from '../../src/control/report-page/words.ts';
import { failureCodes } from '../../src/domain/failure.ts';

const second = 1_000;
/** From a tenth of a second to some weeks. */
const durations = Array.from({ length: 160 }, (_, at) => Math.round(100 * 1.12 ** at));

/** The page in the browser loads no code of the service, so it has these words itself. */
describe('the page says', () => {
  it.each(failureCodes)('what %s means in the words of the report', (code) => {
    expect(describeCode(code)).toBe(codeText(code));
  });

  it('how long something takes as the terminal does', () => {
    for (const ms of durations) {
      // The terminal has tenths of the first seconds as well.
      if (ms >= 10 * second) expect(formatDuration(ms), `${ms / second} s`).toBe(terminal.formatDuration(ms));
      const guess = { remainingMs: ms, remainingIsGuess: true } as const;
      expect(formatAbout(ms), `${ms / second} s`).toBe(terminal.formatRemaining(guess));
      expect(formatAboutCount(ms)).toBe(terminal.formatAboutCount(ms));
    }
  });
});
