import { mkdtemp, rm, rmdir, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'flants-make-folder-'));
});
afterEach(() => rm(scratch, { recursive: true }));

describe('makeFolder', () => {
  it('makes a folder that others make and remove at the same time', async () => {
    const path = join(scratch, 'a', 'b');
    const rounds = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 200; round++) {
        await makeFolder(path);
        await rmdir(path).catch(() => undefined);
      }
    });
    await Promise.all(rounds);
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('gives up where no folder can be made', async () => {
    for (const path of ['/proc/flants', '/proc/flants/below'])
      await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a name that leads nowhere', async () => {
    await symlink(join(scratch, 'nowhere'), join(scratch, 'link'));
    await expect(makeFolder(join(scratch, 'link'))).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
