import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { folderError } from '../../src/storage/folder/errors.ts';
import { openFolderStore } from '../../src/storage/folder/store.ts';
import type { ObjectStore, PutOptions, PutResult } from '../../src/storage/object-store.ts';

const { signal } = new AbortController();
const plain: PutOptions = { contentType: 'video/mp2t', cacheControl: 'public', signal };
/** A file system in memory, which most Linux machines have. */
const otherDisk = '/dev/shm';
const hasOtherDisk = existsSync(otherDisk) && statSync(otherDisk).dev !== statSync(tmpdir()).dev;
const isRoot = process.getuid?.() === 0;

describe('a folder as an object store', () => {
  let folder: string;
  let root: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-folder-'));
    root = join(folder, 'library');
    store = openFolderStore({ path: root });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const put = (key: string, text = 'bytes', options: Partial<PutOptions> = {}): Promise<PutResult> =>
    store.put(key, Buffer.from(text), crc32Hex(Buffer.from(text)), { ...plain, ...options });
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list('', { signal })) found.push(key);
    return found;
  };

  it.skipIf(!hasOtherDisk)(
    'may have its folders on another file system, to which files come complete too',
    async () => {
      // The other way round than with a mounted folder, which takes rights: here what is written first is elsewhere.
      const elsewhere = await mkdtemp(join(otherDisk, 'flants-folder-'));
      try {
        await mkdir(root, { recursive: true });
        await symlink(elsewhere, join(root, '.flants-tmp'));
        const condition = { ifNoneMatch: '*' } as const;
        const stored = await put('2026/a.ts', 'first', { condition });
        const head = await store.head('2026/a.ts', { signal });
        expect(stored).toEqual({ result: 'stored', etag: head?.etag });
        expect(await put('2026/a.ts', 'other', { condition })).toEqual({ result: 'precondition-failed' });
        expect(await put('2026/a.ts', 'second', { condition: { ifMatch: head?.etag ?? '' } })).toMatchObject({
          result: 'stored',
        });
        expect(await readFile(join(root, '2026/a.ts'), 'utf8')).toBe('second');
        const upload = await store.upload('2026/b.ts', plain);
        await upload.part(1, Buffer.from('whole'), { signal });
        expect(await upload.complete(crc32Hex(Buffer.from('whole')))).toMatchObject({ result: 'stored' });
        expect(await readdir(join(root, '2026'))).toEqual(['a.ts', 'b.ts']);
        expect(await readdir(elsewhere)).toEqual([]);
      } finally {
        await rm(elsewhere, { recursive: true });
      }
    },
  );

  it('neither lists nor holds what is not complete yet', async () => {
    await put('2026/a.ts');
    await writeFile(join(root, '2026/.flants-tmp-left'), 'by a process that died');
    expect(await keys()).toEqual(['2026/a.ts']);
    await expect(put('2026/.flants-tmp-left')).rejects.toMatchObject({ code: 'store.key' });
  });

  it('is made with the first write, and lists nothing before', async () => {
    expect(await keys()).toEqual([]);
    expect(await store.head('a.ts', { signal })).toBeUndefined();
    await put('videos/a.ts', 'some bytes');
    expect(await readFile(join(root, 'videos/a.ts'), 'utf8')).toBe('some bytes');
  });

  it('holds nothing but the files once it is closed', async () => {
    await put('a.ts');
    await put('a.ts', 'other', { condition: { ifNoneMatch: '*' } });
    const upload = await store.upload('b.ts', plain);
    await upload.part(1, Buffer.from('part'), { signal });
    await upload.abort();
    await store.close();
    expect(await readdir(root)).toEqual(['a.ts']);
  });

  it('can be written to after another store on it was closed', async () => {
    const other = openFolderStore({ path: root });
    await put('a.ts');
    await other.close();
    await put('b.ts');
    expect(await keys()).toEqual(['a.ts', 'b.ts']);
  });

  it('takes away what a process that died left a day ago, and nothing younger', async () => {
    await mkdir(join(root, '.flants-tmp'), { recursive: true });
    for (const name of ['old', 'young']) await writeFile(join(root, '.flants-tmp', name), 'bytes');
    const yesterday = new Date(Date.now() - 25 * 3600_000);
    await utimes(join(root, '.flants-tmp/old'), yesterday, yesterday);
    await put('a.ts');
    expect(await readdir(join(root, '.flants-tmp'))).toEqual(['young']);
    expect(await keys()).toEqual(['a.ts']);
  });

  it.each(['/a.ts', 'a//b.ts', 'folder/', '.flants-tmp/a.ts'])('cannot hold the key %j', async (key) => {
    await expect(put(key)).rejects.toMatchObject({ failure: { code: 'store.key' } });
  });

  it('cannot hold a key that is also the folder of another', async () => {
    await put('both/file.ts');
    const create: Partial<PutOptions> = { condition: { ifNoneMatch: '*' } };
    for (const action of [() => put('both'), () => put('both', 'bytes', create), () => put('both/file.ts/below.ts')])
      await expect(action()).rejects.toMatchObject({ failure: { code: 'store.key' } });
    expect(await store.head('both', { signal })).toBeUndefined();
    expect(await store.head('both/file.ts/below.ts', { signal })).toBeUndefined();
  });

  it('cannot hold a name that the file system cannot', async () => {
    await expect(put(`${'x'.repeat(300)}.ts`)).rejects.toMatchObject({ failure: { code: 'store.key' } });
  });

  it('writes through no symbolic link that leads out of it', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await put('a.ts');
    await symlink(outside, join(root, 'link'));
    for (const key of ['link/a.ts', 'link/deeper/a.ts'])
      await expect(put(key)).rejects.toMatchObject({ failure: { code: 'store.key' } });
    expect(await readdir(outside)).toEqual([]);
  });

  it('replaces a symbolic link, not the file that it leads to', async () => {
    const outside = join(folder, 'outside.ts');
    await writeFile(outside, 'outside');
    await put('a.ts');
    await symlink(outside, join(root, 'link.ts'));
    await put('link.ts', 'inside');
    expect(await readFile(outside, 'utf8')).toBe('outside');
    expect(await readFile(join(root, 'link.ts'), 'utf8')).toBe('inside');
  });

  it('may itself be reached through a symbolic link', async () => {
    await mkdir(root);
    await symlink(root, join(folder, 'link'));
    const linked = openFolderStore({ path: join(folder, 'link') });
    await linked.put('a/b.ts', Buffer.from('bytes'), crc32Hex(Buffer.from('bytes')), plain);
    await linked.close();
    expect(await keys()).toEqual(['a/b.ts']);
  });

  it('goes round in no circles', async () => {
    await put('a/b.ts');
    await symlink(root, join(root, 'a/circle'));
    expect(await keys()).toEqual(['a/b.ts']);
  });

  it.skipIf(isRoot)('says where it may not write', async () => {
    await mkdir(join(root, 'closed'), { recursive: true });
    await chmod(join(root, 'closed'), 0o500);
    await expect(put('closed/a.ts')).rejects.toMatchObject({
      failure: { code: 'store.denied', message: expect.stringContaining('closed/a.ts') },
    });
  });

  it('that is a file is no place for keys', async () => {
    await writeFile(root, 'a file');
    await expect(put('a.ts')).rejects.toMatchObject({ failure: { code: 'store.key' } });
  });
});

describe('an error of the file system', () => {
  it.each([
    ['ENOSPC', 'store.full'],
    ['EDQUOT', 'store.full'],
    ['EACCES', 'store.denied'],
    ['EPERM', 'store.denied'],
    ['EROFS', 'store.denied'],
    ['ENOTDIR', 'store.key'],
    ['EISDIR', 'store.key'],
    ['EIO', 'store.status'],
  ] as const)('%s is %s', (code, expected) => {
    expect(folderError(Object.assign(new Error('it failed'), { code }), '/library/a.ts').failure).toMatchObject({
      code: expected,
    });
  });
});
