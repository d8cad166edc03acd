/** Looks the tree over without running it: types, lint, format, unused code. */
import { runGates } from './gates.ts';

const results = await runGates(console.log);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
