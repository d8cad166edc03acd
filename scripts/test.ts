/**
 * The whole proof: tools, gates, all tests. The last line is
 * `N passed, N failed, N skipped`, summed from what really ran; each gate counts
 * as one test, and the tests of infra/ with all others. Names of test files as arguments run only these.
 */
import { runGates } from './gates.ts';
import { testInfra } from './infra.ts';
import { projectFolder } from './run-command.ts';
import { runTests, skippedLines } from './run-tests.ts';
import { addTallies } from './tally.ts';
import { describeMissing, setupTools } from './setup-tools.ts';

const missing = await setupTools(console.log);
const notice = describeMissing(missing);
if (notice !== undefined) console.log(notice);

const files = process.argv.slice(2);
// Side by side: installing the packages of infra/ waits for the network, and loading them keeps one core busy.
const [gates, infra] = await Promise.all([
  runGates(console.log),
  files.length === 0 ? testInfra(console.log) : undefined,
]);
const passedGates = gates.filter(({ passed }) => passed).length;
const tests = addTallies([...(infra ? [infra] : []), await runTests(projectFolder, files)]);

for (const message of tests.broken) console.log(`broken: ${message}`);
for (const message of skippedLines(tests.skipped, missing)) console.log(message);

const passed = passedGates + tests.passed;
const failed = gates.length - passedGates + tests.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);
