import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { SkippedTest, Tally } from './tally.ts';

/**
 * Reporter for vitest that writes a {@link Tally} to the file named by
 * `FLANTS_TEST_TALLY`. Vitest's own JSON has neither the reasons of skipped
 * tests nor errors outside of tests.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): void {
    const path = process.env['FLANTS_TEST_TALLY'];
    if (path !== undefined) writeFileSync(path, JSON.stringify(tallyOf(modules, unhandled)));
  }
}

function tallyOf(modules: readonly TestModule[], unhandled: readonly { readonly message: string }[]): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
  const broken = [...modules.flatMap(brokenParts), ...unhandled.map(({ message }) => `outside of tests: ${message}`)];
  return {
    passed: inState('passed').length,
    // A test still pending when all is over never came to its end.
    failed: inState('failed').length + inState('pending').length + broken.length,
    skipped: inState('skipped').map(skippedTest),
    broken,
  };
}

/** A file that cannot be loaded, or that ran no test at all, is a failure although no test of it failed. */
function brokenParts(module: TestModule): string[] {
  const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  const messages = suites.flatMap((suite) =>
    suite.errors().map((error) => `${module.relativeModuleId}: ${error.message}`),
  );
  if (messages.length === 0 && module.children.size === 0) return [`${module.relativeModuleId}: holds no test`];
  return messages;
}

function skippedTest(test: TestCase): SkippedTest {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return { file: test.module.relativeModuleId, title: test.fullName, ...(note === undefined ? {} : { note }) };
}
