import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lends a folder to be the temporary folder (`TMPDIR`) of the processes that tests run in: what they or a browser leave behind
 * goes with it.
 */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-test-'));
  try {
    return await use(folder);
  } finally {
    // A process that is just ending may still write.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
