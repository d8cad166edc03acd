import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../scripts/run-command.ts';
import { runTests, skippedLines } from '../../scripts/run-tests.ts';
import { readTap } from '../../scripts/infra.ts';
import { addTallies } from '../../scripts/tally.ts';
import type { Tally } from '../../scripts/tally.ts';

/** Runs planted test files just as `npm test` runs the project's own. */
async function tallyOf(files: Readonly<Record<string, string>>): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-tally-'));
  try {
    await symlink(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), `import { beforeAll, describe, expect, it } from 'vitest';\n${text}\n`);
    }
    return await runTests(folder, [], false);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const passing = `it('passes', () => {});`;

describe('the closing line', () => {
  it('counts what passed, failed and was skipped, with the reason', async () => {
    const failing = `it('fails', () => expect(1).toBe(2));`;
    const skipping = `it('has a reason', ({ skip }) => skip('no moon tonight'));\nit.skip('has none', () => {});`;
    const tally = await tallyOf({ 'a.test.ts': `${passing}\n${failing}`, 'b.test.ts': skipping });
    expect({ ...tally, skipped: tally.skipped.length }).toEqual({ passed: 1, failed: 1, skipped: 2, broken: [] });
    expect(skippedLines(tally.skipped, [])).toContain('skipped 1 in b.test.ts: no moon tonight');
  });

  it('names the missing tool that a skipped test is for', () => {
    const skipped = [{ file: 'test/store.test.ts', title: 'versitygw refuses a wrong checksum' }];
    const missing = [{ name: 'versitygw', reason: 'needs Go' }];
    expect(skippedLines(skipped, missing)).toEqual(['skipped 1 in test/store.test.ts: versitygw is missing']);
  });

  it('counts a file that cannot be loaded as failed', async () => {
    const tally = await tallyOf({ 'a.test.ts': passing, 'b.test.ts': `import './nowhere.ts';\n${passing}` });
    expect(tally).toMatchObject({ passed: 1, failed: 1 });
    expect(tally.broken[0]).toContain('b.test.ts');
  });

  it('counts a suite that cannot be set up as failed', async () => {
    const suite = `describe('a', () => { beforeAll(() => { throw new Error('no server'); }); ${passing} });`;
    const tally = await tallyOf({ 'a.test.ts': suite });
    expect(tally.passed).toBe(0);
    expect(tally.failed).toBeGreaterThanOrEqual(1);
  });

  it('counts an error that nobody caught as failed', async () => {
    const stray = `it('leaves something behind', () => { void Promise.reject(new Error('stray')); });`;
    expect((await tallyOf({ 'a.test.ts': stray })).broken).toEqual(['outside of tests: stray']);
  });

  it('counts a worker that dies as failed', async () => {
    const tally = await tallyOf({ 'a.test.ts': `it('dies', () => { process.kill(process.pid, 'SIGKILL'); });` });
    expect(tally).toMatchObject({ passed: 0 });
    expect(tally.failed).toBeGreaterThanOrEqual(1);
  });

  it('counts a file without tests as failed', async () => {
    const tally = await tallyOf({ 'a.test.ts': passing, 'b.test.ts': '' });
    expect(tally).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a run without files as failed', async () => {
    expect(await tallyOf({})).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts the tests of infra/ with all others, and a run of none as failed', () => {
    const tap = 'ok 1 - a\n# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n';
    const skipped = [{ file: 'infra', title: 'the CDK app', note: 'no network' }];
    const tallies = [readTap(tap), { passed: 5, failed: 0, skipped, broken: [] }];
    expect(addTallies(tallies)).toEqual({ passed: 7, failed: 1, skipped, broken: [] });
    expect(readTap('')).toMatchObject({ passed: 0, failed: 1 });
  });
});
