import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeCode, formatAbout, formatAboutCount, formatDuration } from '../../dashboard/src/parts/format.ts';
import * as terminal from '../../src/cli/format.ts';
import { flagOf } from '../../src/config/registry/option-spec.ts';
import { optionNames } from '../../src/config/registry/options.ts';
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

  it('which option to give, by a name that there is', async () => {
    const folder = join(import.meta.dirname, '..', '..', 'dashboard', 'src');
    const sources = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tsx'));
    const texts = await Promise.all(sources.map((name) => readFile(join(folder, name), 'utf8')));
    const named = texts.flatMap((text) => Array.from(text.matchAll(/>(--[a-z-]+)/g), ([, flag]) => flag));
    expect(named).toContain('--public-url');
    expect(optionNames.map(flagOf)).toEqual(expect.arrayContaining(named));
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
