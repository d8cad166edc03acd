/** Installs, checks and tests `infra/`, which has packages of its own: AWS' CDK is larger than all others together. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCommand, runTool } from './run-command.ts';
import type { Tally } from './tally.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const folder = join(projectFolder, 'infra');
const minute = 60_000;

/**
 * Synthesises the CDK app in its tests: without credentials and, once its packages are there, without network. Types that
 * do not fit count as one failed test. Where its packages cannot be installed it is one that is skipped.
 */
export async function testInfra(say: (line: string) => void): Promise<Tally> {
  const reason = await install();
  if (reason !== undefined) return { ...none, skipped: [{ file: 'infra', title: 'the CDK app', note: reason }] };
  const types = await runTool('tsc', ['--noEmit', '--pretty', 'false', '-p', folder]);
  if (types.code !== 0) return { ...none, failed: 1, broken: [`infra: ${types.stdout}${types.stderr}`] };
  // In one process: loading the CDK takes longer than all the tests.
  const words = ['--test', '--test-isolation=none', '--test-reporter=tap', 'test/*.test.ts'];
  const { stdout, stderr } = await withTemporaryFolder((TMPDIR) =>
    runCommand(process.execPath, words, { cwd: folder, env: { ...environment, TMPDIR } }),
  );
  const tally = readTap(stdout);
  say(`infra: ${tally.passed} tests passed, ${tally.failed} failed`);
  if (tally.failed > 0) say(`${stdout}${stderr}`);
  return tally;
}

const none: Tally = { passed: 0, failed: 0, skipped: [], broken: [] };

/** No credentials are to be found, nor anybody to ask for them. */
const environment = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_PROFILE: '',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  // CDK's own rules only warn, and take longer than the tests; cdk-nag is not among them. The app runs with them, as it does for users.
  CDK_VALIDATION: 'false',
};

/** @returns why its packages cannot be had; undefined once they are those of its lock file */
async function install(): Promise<string | undefined> {
  const lock = createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex');
  const mark = join(folder, 'node_modules', '.installed');
  if ((await readFile(mark, 'utf8').catch(() => '')) === lock) return undefined;
  const options = { cwd: folder, timeoutMs: 5 * minute };
  const { code, stderr } = await runCommand('npm', ['ci', '--ignore-scripts', '--loglevel=error'], options);
  if (code !== 0) return `its packages cannot be installed: ${stderr.trim().split('\n')[0] ?? ''}`;
  await writeFile(mark, lock);
  return undefined;
}

/** Sums of a TAP stream. One without tests is a failure. */
export function readTap(text: string): Tally {
  const sum = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  const [passed, failed] = [sum('pass'), sum('fail') + sum('cancelled')];
  if (passed + failed > 0) return { ...none, passed, failed };
  return { ...none, failed: 1, broken: ['infra: ran no test'] };
}

// Run by itself.
if (process.argv[1] === import.meta.filename) {
  const { passed, failed, skipped, broken } = await testInfra(console.log);
  for (const message of broken) console.log(message);
  for (const { note } of skipped) console.log(`skipped infra: ${note}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
