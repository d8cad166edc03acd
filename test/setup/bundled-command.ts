import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleCommand } from '../../scripts/bundle.ts';
import { projectFolder } from '../../scripts/run-command.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the command that tests run. */
    readonly command: string;
  }
}

/** Builds the command once for all tests: what a process starts with is most of what their commands cost. */
export async function setup(project: TestProject): Promise<void> {
  project.provide(
    'command',
    await bundleCommand(join(projectFolder, 'node_modules', '.cache', 'flants'), { withFunction: false }),
  );
}
