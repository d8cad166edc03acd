import { expect } from 'vitest';
import type { FlantsResult } from './flants.ts';

/** What tests put into URLs and headers; nothing that is printed or written may hold it. */
export const secret = 'hush-hush';

/** Both streams of a command, in which no stack and no secret may stand. */
export function saidBy({ stdout, stderr }: FlantsResult): string {
  const said = `${stdout}${stderr}`;
  expect(said).not.toMatch(/^\s+at .+:\d+/m);
  expect(said).not.toContain(secret);
  expect(said).not.toContain('[internal]');
  return said;
}

/** A command that could not start: exit 1, and one line on standard error with its code, hints apart. */
export function expectRefused(result: FlantsResult, code: string, text: string): void {
  saidBy(result);
  expect(result.code, result.stderr).toBe(1);
  const [line = '', ...others] = result.stderr
    .trimEnd()
    .split('\n')
    .filter((each) => !each.startsWith('copying to '));
  expect(line).toMatch(/^flants: /);
  expect(line).toContain(text);
  expect(line).toMatch(new RegExp(`\\[${code.replace('.', '\\.')}\\]$`));
  for (const hint of others) expect(hint).toMatch(/^ {2}\S/);
}

/** The lines that name this video or file on standard error. */
export function linesAbout(name: string, { stderr }: FlantsResult): readonly string[] {
  return stderr.split('\n').filter((line) => line.includes(`${name}:`) || line.includes(`${name} failed:`));
}
