import { expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { noticeCrowding } from './crowding.ts';
import { openMemorySource } from './memory-source.ts';
import type { MemoryEntry } from './memory-source.ts';

const { signal } = new AbortController();

function failing(code: string, cause: string): () => never {
  return () => {
    const error = Object.assign(new Error('it failed'), { code: cause });
    throw new FlantsError(code as 'source.unreachable', 'it failed', { cause: error });
  };
}
const broken = failing('source.unreachable', 'ECONNRESET');
const good: MemoryEntry = { bytes: 'x' };

/** Asks for these files one after the other. Returns the codes of the failures, or nothing. */
async function ask(objects: Readonly<Record<string, MemoryEntry>>, ...urls: readonly string[]) {
  const source = noticeCrowding(openMemorySource(objects));
  const told: string[] = [];
  for (const url of urls) {
    await source.fetch(url, { kind: 'media', signal }).then(
      () => told.push(''),
      (error: unknown) => told.push(error instanceof FlantsError ? error.code : 'another'),
    );
  }
  return told;
}

const objects = { 'https://h/a': broken, 'https://h/b': broken, 'https://h/good': good, 'https://other/a': broken };

it('two files that are broken off soon one after the other are throttled', async () => {
  const urls = ['https://h/a', 'https://h/good', 'https://h/b', 'https://h/a'];
  expect(await ask(objects, ...urls)).toEqual(['source.unreachable', '', 'source.throttled', 'source.throttled']);
});

it('one file again and again is not, nor two of different origins', async () => {
  const urls = ['https://h/a', 'https://h/good', 'https://h/a', 'https://other/a'];
  expect(await ask(objects, ...urls)).toEqual(['source.unreachable', '', 'source.unreachable', 'source.unreachable']);
});

it('nor is one among many', async () => {
  const between = Array.from({ length: 16 }, () => 'https://h/good');
  const told = await ask(objects, 'https://h/a', ...between, 'https://h/b');
  expect(told.filter((code) => code !== '')).toEqual(['source.unreachable', 'source.unreachable']);
});

it.each([
  ['a refused connection', failing('source.unreachable', 'ECONNREFUSED')],
  ['silence', failing('source.timeout', 'UND_ERR_HEADERS_TIMEOUT')],
  ['a status', failing('source.status', '')],
])('%s tells nothing of a limit', async (_, entry) => {
  const told = await ask({ 'https://h/a': entry, 'https://h/b': entry }, 'https://h/a', 'https://h/b');
  expect(new Set(told)).not.toContain('source.throttled');
});
