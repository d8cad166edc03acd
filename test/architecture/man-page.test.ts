import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findTool } from '../../scripts/tools.ts';
import { manPage } from '../../scripts/man-page.ts';
import { flagOf } from '../../src/config/registry/option-spec.ts';
import { optionNames, specOf } from '../../src/config/registry/options.ts';
import { verbNames } from '../../src/config/registry/verbs.ts';

const page = manPage('1.2.3', '2026-11-30');
const mandoc = findTool('mandoc');

describe('the manual page', () => {
  it('is plain ASCII without lines that roff would take for requests', () => {
    expect(page.replaceAll(/[ -~\n]/g, '')).toBe('');
    expect(page).toMatch(/^\.TH FLANTS 1 2026-11-30 "flants 1\.2\.3" "User Commands"$/m);
  });

  describe.skipIf(mandoc === undefined)('read by mandoc', () => {
    it('has no fault', () => {
      const { stdout } = spawnSync(mandoc ?? '', ['-T', 'lint', '-W', 'warning'], { input: page, encoding: 'utf8' });
      expect(stdout).toBe('');
    });

    it('shows every verb, every option and what each is for', () => {
      const args = ['-T', 'ascii', '-O', 'width=200'];
      const { stdout } = spawnSync(mandoc ?? '', args, { input: page, encoding: 'utf8' });
      // Bold is a letter, a backspace and the letter again.
      const parts = stdout.split('\b');
      const shown = parts.map((part, at) => (at < parts.length - 1 ? part.slice(0, -1) : part)).join('');
      for (const verb of verbNames) expect(shown).toMatch(new RegExp(`^ +flants ${verb}(?: |$)`, 'm'));
      for (const name of optionNames) {
        const spec = specOf(name);
        const flag = spec.kind === 'switch' && spec.default ? flagOf(name).replace('--', '--no-') : flagOf(name);
        expect(shown).toMatch(new RegExp(`^ +${flag}(?: |$)`, 'm'));
      }
      expect(shown).toContain('flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod');
    });
  });
});
