import { expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { openMemorySource } from './memory-source.ts';
import type { FetchedObject } from './source.ts';

const options = { kind: 'media', signal: new AbortController().signal } as const;

it('fails as often as it is told to, and counts', async () => {
  const source = openMemorySource({
    a: (request) => {
      if (request < 3) throw new FlantsError('source.unreachable', 'not yet');
      return { bytes: 'x', contentType: 'video/mp2t', finalUrl: 'b' };
    },
  });
  await expect(source.fetch('a', options)).rejects.toMatchObject({ code: 'source.unreachable' });
  await expect(source.fetch('a', options)).rejects.toMatchObject({ code: 'source.unreachable' });
  expect(await source.fetch('a', options)).toMatchObject({ finalUrl: 'b', contentType: 'video/mp2t', sizeBytes: 1 });
  expect(source.requests).toEqual(['a', 'a', 'a']);
});

it('breaks in the middle of a body', async () => {
  const error = new FlantsError('source.short-body', 'cut');
  const source = openMemorySource({ a: { bytes: 'abcdef', etag: null, breaks: { afterBytes: 4, error } } });
  const { body, validators } = (await source.fetch('a', options)) as FetchedObject;
  let text = '';
  const reading = async (): Promise<void> => {
    for await (const chunk of body) text += Buffer.from(chunk).toString();
  };
  await expect(reading()).rejects.toBe(error);
  expect(text).toBe('abcd');
  expect(validators).toEqual({});
});
