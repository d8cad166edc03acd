import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../../test/cli/run-here.ts';
import type { FlantsResult } from '../../test/cli/run-here.ts';
import { verbs } from '../config/registry/verbs.ts';
import { main } from './main.ts';
import { readVersion } from './version.ts';

const bin = fileURLToPath(new URL('../../bin/flants.js', import.meta.url));
let cwd = '';

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'flants-main-'));
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function flants(args: readonly string[], variables: Record<string, string> = {}): Promise<FlantsResult> {
  return runHere(main, args, { cwd, env: { HOME: cwd, ...variables }, input: '' });
}

describe('the command', () => {
  it('tells its version', () => {
    const ran = spawnSync(process.execPath, [bin, '--version'], { cwd, encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 0, stdout: `${readVersion()}\n`, stderr: '' });
  });

  it('helps, with every verb and exit code', async () => {
    const { code, stdout, stderr } = await flants(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of Object.keys(verbs)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const group of ['Copy from this machine:', 'Run as a cluster:', 'Inspect and control:'])
      expect(stdout).toContain(`\n${group}\n`);
    expect(stdout).toMatch(/^ {2}130 +interrupted/m);
  });

  it('helps with the options of a verb, however that is asked for', async () => {
    for (const args of [
      ['help', 'crawler'],
      ['crawler', '--help'],
    ])
      expect((await flants(args)).stdout).toMatch(/^ {2}--journal <PLACE> /m);
    const all = await flants(['--help']);
    expect(await flants(['help'])).toEqual(all);
    expect(await flants(['help', 'help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: flants help /),
    });
  });

  it('says on standard error what to do first when it is given nothing, and that nothing was done', async () => {
    const { code, stdout, stderr } = await flants([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const steps = [...stderr.matchAll(/^ {2}(flants .+?) +# /gm)].map(([, step]) => step);
    expect(steps).toEqual(['flants init', 'flants copy --dry-run', 'flants copy']);
  });

  it.each(Object.keys(verbs))('helps with %s, by example', async (name) => {
    const { code, stdout } = await flants([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: flants ${name} `));
    expect(stdout).toMatch(/^Examples:\n {2}# /m);
  });

  it.each<[string, readonly string[], string]>([
    ['an unknown verb', ['cpy'], "flants: unknown verb 'cpy' (did you mean copy?) [usage]\n  see: flants --help\n"],
    [
      'help for an unknown verb',
      ['help', 'cpy'],
      "flants: unknown verb 'cpy' (did you mean copy?) [usage]\n  see: flants --help\n",
    ],
    [
      'an unknown option',
      ['copy', 'a', 'b', '--concurency', '3'],
      "flants: unknown option '--concurency' (did you mean --concurrency?) [usage]\n  see: flants copy --help\n",
    ],
    [
      'an option without its value',
      ['copy', '--region'],
      "flants: option '--region <NAME>' argument missing [usage]\n  see: flants copy --help\n",
    ],
    [
      'a bad value',
      ['copy', 'a', 'b', '--threads', 'x'],
      'flants: --threads is "x": expected a whole number from 1 to 256 [usage]\n  see: flants copy --help\n',
    ],
    [
      'a missing word',
      ['verify'],
      'flants: verify needs the playlist to begin with [usage]\n  see: flants verify --help\n',
    ],
    [
      'a missing file',
      ['copy', 'a.m3u8', 'out'],
      'flants: the source is a.m3u8, which does not exist [usage]\n  see: flants copy --help\n',
    ],
  ])('refuses %s in one line and says how to go on', async (_, args, expected) => {
    expect(await flants(args)).toMatchObject({ code: 1, stdout: '', stderr: expected });
  });

  it('hears the environment, and flags that take it back', async () => {
    expect((await flants(['copy', 'a.m3u8', 'out'], { FLANTS_JSON: 'perhaps' })).stderr).toMatch(
      /^flants: FLANTS_JSON is "perhaps"/,
    );
    expect((await flants(['copy', 'a.m3u8', 'out', '--no-json'], { FLANTS_JSON: 'perhaps' })).stderr).toMatch(
      /^flants: the source is a\.m3u8/,
    );
  });

  it('shows a stack only to those who debug', async () => {
    expect((await flants(['verify'])).stderr).not.toMatch(/^ +at /m);
    expect((await flants(['copy', '--log-level', 'debug'])).stderr).toMatch(/^ +at /m);
    expect((await flants(['verify'], { FLANTS_LOG_LEVEL: 'debug' })).stderr).toMatch(/^ +at /m);
  });
});
