import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Two more than most machines of CI have cores: tests wait for much of their time.
    maxWorkers: 4,
    // Processes of tests load the same packages again and again.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compiled') },
    sequence: { sequencer: LongestFirst },
    // Files share their workers: starting one for each, and loading all modules anew, costs more than most tests.
    isolate: false,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['src/**/*.test.ts', 'dashboard/src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'servers', include: ['test/**/*.test.ts'], globalSetup: 'test/setup/bundled-command.ts' },
      },
    ],
  },
});
