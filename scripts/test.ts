/**
 * The whole proof: tools, gates, all tests. The last line is
 * `N passed, N failed, N skipped`, summed from what really ran; each gate counts
 * as one test. Names of test files as arguments run only these.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runGates } from './gates.ts';
import { projectFolder, runTool } from './run-command.ts';
import { describeMissing, setupTools } from './setup-tools.ts';
import type { MissingTool } from './setup-tools.ts';
import type { SkippedTest, Tally } from './tally.ts';

const missing = await setupTools(console.log);
const line = describeMissing(missing);
if (line !== undefined) console.log(line);

const results = await runGates(console.log);
const passedGates = results.filter(({ passed }) => passed).length;
const tests = await runTests(process.argv.slice(2));

for (const message of tests.broken) console.log(`broken: ${message}`);
for (const message of skippedLines(tests.skipped, missing)) console.log(message);

const passed = passedGates + tests.passed;
const failed = results.length - passedGates + tests.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);

/** A run that crashed, wrote nothing, or ran no test is a failure. */
async function runTests(files: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-test-'));
  const path = join(folder, 'tally.json');
  try {
    const reporters = ['--reporter', 'default', '--reporter', join(projectFolder, 'scripts', 'tally-reporter.ts')];
    const options = { show: true, env: { FLANTS_TEST_TALLY: path } };
    const { code } = await runTool('vitest', ['run', ...reporters, ...files], options);
    return judge(await readTally(path), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readTally(path: string): Promise<Tally | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Tally;
  } catch {
    return undefined;
  }
}

function judge(tally: Tally | undefined, code: number): Tally {
  const fail = (seen: Tally, message: string): Tally => ({
    ...seen,
    failed: seen.failed + 1,
    broken: [...seen.broken, message],
  });
  const none: Tally = { passed: 0, failed: 0, skipped: [], broken: [] };
  if (!tally) return fail(none, `vitest ended with code ${code} and told nothing`);
  if (tally.passed + tally.failed === 0) return fail(tally, 'vitest ran no test');
  if (code !== 0 && tally.failed === 0) return fail(tally, `vitest ended with code ${code}`);
  return tally;
}

/** One line for each file and reason. */
function skippedLines(skipped: readonly SkippedTest[], absent: readonly MissingTool[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const test of skipped) {
    const key = `${test.file}: ${reasonOf(test, absent)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `skipped ${count} in ${key}`);
}

/** Its own note; else the missing tool that its file or title names. */
function reasonOf(test: SkippedTest, absent: readonly MissingTool[]): string {
  if (test.note !== undefined) return test.note;
  const tool = absent.find(({ name }) => `${test.file} ${test.title}`.toLowerCase().includes(name.toLowerCase()));
  if (tool) return `${tool.name} is missing`;
  const names = absent.map(({ name }) => name).join(' or ');
  return `${test.title} (${names === '' ? 'its own condition' : `most likely for want of ${names}`})`;
}
