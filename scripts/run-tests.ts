import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runTool } from './run-command.ts';
import type { MissingTool } from './setup-tools.ts';
import type { SkippedTest, Tally } from './tally.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/**
 * Runs vitest over a folder, showing what it says, and tells what became of the
 * tests. A run that crashed, wrote nothing, or ran no test is a failure.
 *
 * @param files - only these test files; all when empty
 */
export async function runTests(folder: string, files: readonly string[], show = true): Promise<Tally> {
  return withTemporaryFolder(async (temporary) => {
    const path = join(temporary, 'tally.json');
    const reporters = ['--reporter', 'default', '--reporter', join(projectFolder, 'scripts', 'tally-reporter.ts')];
    const options = { show, cwd: folder, env: { FLANTS_TEST_TALLY: path, TMPDIR: temporary } };
    const { code } = await runTool('vitest', ['run', ...reporters, ...files], options);
    return judge(await readTally(path), code);
  });
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

/** Skipped tests for people: one line for each file and reason. */
export function skippedLines(skipped: readonly SkippedTest[], absent: readonly MissingTool[]): readonly string[] {
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
