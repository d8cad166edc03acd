import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/**
 * Folders whose files run for tens of seconds, the longest first: started last, one of them would keep a single core busy
 * after all others have ended.
 */
const longest = ['test/chaos/', 'test/dashboard/', 'test/cluster/', 'test/e2e/', 'test/integration/'];

/** Starts test files that take long before the others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a sequencer's method, not an array's
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId));
  }
}

function rankOf(path: string): number {
  const rank = longest.findIndex((folder) => path.includes(`/${folder}`));
  return rank === -1 ? longest.length : rank;
}
