import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeaderPolicy } from './header-policy.ts';

describe('a policy of headers', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'flants-headers-'));
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const read = async (policy: unknown): ReturnType<typeof readHeaderPolicy> => {
    const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
    await writeFile(join(cwd, 'headers.json'), text);
    return readHeaderPolicy('headers.json', cwd);
  };

  it('is not there where none is named', async () => {
    expect(await readHeaderPolicy(undefined, cwd)).toEqual({});
  });

  it('is read as docs/headers.md shows it', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/headers.md'), 'utf8');
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const { headerPolicy } = await read(example);
    expect(headerPolicy?.key?.encryption).toEqual({ algorithm: 'aws:kms', keyId: 'alias/video-keys' });
    expect(headerPolicy?.all?.tags).toEqual({ library: 'school' });
  });

  it.each([
    ['what is no JSON', '{', 'not JSON'],
    ['a role that there is not', { segments: {} }, 'segments'],
    ['a header that there is not', { all: { expires: 'never' } }, 'expires'],
    [
      'a line break in a header',
      { all: { cacheControl: 'no-store\r\nX: y' } },
      'all.cacheControl: expected printable ASCII',
    ],
    ['a class that nobody can play from', { segment: { storageClass: 'GLACIER' } }, 'cannot be played'],
    ['a tag that S3 does not take', { all: { tags: { library: 'a & b' } } }, 'in tags'],
    ['a key without KMS', { all: { serverSideEncryption: 'AES256', kmsKeyId: 'k' } }, 'kmsKeyId goes with'],
    [
      'more tags than an object has',
      { all: { tags: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, ''])) } },
      'at most 10 tags',
    ],
  ])('refuses %s', async (_, policy, message) => {
    await expect(read(policy)).rejects.toThrow(/^--header-policy names .*, which is no policy of headers: /);
    await expect(read(policy)).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    await expect(readHeaderPolicy('none.json', cwd)).rejects.toThrow('which does not exist');
  });
});
