import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, open, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MiB } from '../domain/units.ts';
import { openFileSource } from './file-source.ts';
import type { FetchedObject } from './source.ts';

const options = { kind: 'media', signal: new AbortController().signal } as const;
const source = openFileSource();
let folder: string;
const urlOf = (name: string): string => pathToFileURL(join(folder, name)).href;

async function fetched(name: string): Promise<FetchedObject> {
  const answer = await source.fetch(urlOf(name), options);
  if (answer.result !== 'fetched') throw new Error('not modified');
  return answer;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flants-file-source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('refuses a folder as a file that is not there', async () => {
  await mkdir(join(folder, 'a'));
  await expect(source.fetch(urlOf('a'), options)).rejects.toMatchObject({
    code: 'source.not-found',
    message: expect.stringContaining('is a folder'),
  });
});

it('says of a slash in a name how the characters %2F are written', async () => {
  await writeFile(join(folder, 'a%2Fb.ts'), 'media');
  const { href } = pathToFileURL(folder);
  await expect(source.fetch(`${href}/a%2Fb.ts`, options)).rejects.toMatchObject({
    code: 'source.refused',
    message: expect.stringContaining('%252F'),
  });
  expect((await source.fetch(`${href}/a%252Fb.ts`, options)).result).toBe('fetched');
});

it('finds nothing below a file', async () => {
  await writeFile(join(folder, 'a'), '');
  await expect(source.fetch(urlOf('a/b'), options)).rejects.toMatchObject({ code: 'source.not-found' });
});

it.skipIf(process.platform === 'win32')('does not wait at a pipe', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await expect(source.fetch(urlOf('pipe'), options)).rejects.toMatchObject({ code: 'source.not-found' });
});

it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
  'throws source.denied for what may not be read, and does not try again',
  async () => {
    await writeFile(join(folder, 'a'), 'x');
    await chmod(join(folder, 'a'), 0);
    await expect(source.fetch(urlOf('a'), options)).rejects.toMatchObject({
      failure: { code: 'source.denied', retryable: false },
    });
  },
);

it.each(['file://host/a.ts', 'file:///a%2Fb.ts', 'nonsense'])('refuses %s', async (url) => {
  await expect(source.fetch(url, options)).rejects.toMatchObject({ code: 'source.refused' });
});

it('sees that a file was touched, even with the same bytes', async () => {
  await writeFile(join(folder, 'a'), 'bytes');
  const { validators, cancel } = await fetched('a');
  cancel();
  await utimes(join(folder, 'a'), new Date(), new Date(Date.now() + 5000));
  const again = await source.fetch(urlOf('a'), { ...options, unless: validators });
  expect(again.result).toBe('fetched');
  if (again.result === 'fetched') again.cancel();
});

it('goes by the time where only that is known', async () => {
  await writeFile(join(folder, 'a'), 'bytes');
  const { validators, cancel } = await fetched('a');
  cancel();
  const unless = { lastModified: validators.lastModified ?? '' };
  expect((await source.fetch(urlOf('a'), { ...options, unless })).result).toBe('not-modified');
});

it.each([
  ['grows', async (path: string) => appendFile(path, 'x')],
  ['shrinks', async (path: string) => writeFile(path, 'short')],
])('notices a file that %s while it is read', async (_, change) => {
  await writeFile(join(folder, 'a'), Buffer.alloc(2 * MiB));
  const { body } = await fetched('a');
  const reading = async (): Promise<void> => {
    for await (const chunk of body) if (chunk.byteLength > 0) await change(join(folder, 'a'));
  };
  await expect(reading()).rejects.toMatchObject({ code: 'source.short-body' });
});

it('notices a file that is written over while it is read, with as many bytes', async () => {
  await writeFile(join(folder, 'a'), Buffer.alloc(2 * MiB));
  const { body } = await fetched('a');
  const writer = await open(join(folder, 'a'), 'r+');
  const reading = async (): Promise<void> => {
    for await (const chunk of body) await writer.write(Buffer.alloc(chunk.byteLength, 1), 0, chunk.byteLength, MiB);
  };
  try {
    await expect(reading()).rejects.toMatchObject({ code: 'source.short-body' });
  } finally {
    await writer.close();
  }
});
