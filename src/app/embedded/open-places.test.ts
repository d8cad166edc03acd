import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { loadCopyOptions } from '../../config/copy-options.ts';
import { readEnvironment } from '../../config/input/environment.ts';
import { copyLibrary } from './copy-library.ts';

let folder: string | undefined;
afterEach(async () => {
  vi.useRealTimers();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

test('a copy whose destination cannot be opened leaves no timer behind', async () => {
  folder = await mkdtemp(join(tmpdir(), 'flants-places-'));
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in/index.m3u8'), '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-ENDLIST\n');
  await writeFile(join(folder, 'file'), 'no folder');
  const options = await loadCopyOptions({
    words: ['in/index.m3u8', 'file/out'],
    flags: { bwlimit: '1M', state: 'state' },
    environment: readEnvironment({ HOME: folder }),
    cwd: folder,
  });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { signal } = new AbortController();
  const copying = copyLibrary(options, { version: '1', onEvent: () => {}, drain: signal, signal });
  await expect(copying).rejects.toMatchObject({ code: expect.stringMatching(/^store\./) });
  expect(vi.getTimerCount()).toBe(0);
});
