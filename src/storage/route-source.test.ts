import { expect, it } from 'vitest';
import { openMemorySource } from './memory-source.ts';
import { routeSource } from './route-source.ts';

const options = { kind: 'media', signal: new AbortController().signal } as const;

it('asks the adapter of the scheme', async () => {
  const [web, files] = [openMemorySource({ 'HTTPS://a/x': { bytes: 'x' } }), openMemorySource()];
  const source = routeSource({ 'http:': web, 'https:': web, 'file:': files });
  expect(await source.fetch('HTTPS://a/x', options)).toMatchObject({ result: 'fetched' });
  expect(files.requests).toEqual([]);
});

it.each(['file:///etc/passwd', 'data:text/plain,x', '/a/path', ''])(
  'refuses %j where no adapter is for it',
  async (url) => {
    await expect(routeSource({ 'https:': openMemorySource() }).fetch(url, options)).rejects.toMatchObject({
      code: 'source.refused',
    });
  },
);

it('closes each adapter once', async () => {
  let closed = 0;
  const web = { ...openMemorySource(), close: async () => void closed++ };
  await routeSource({ 'http:': web, 'https:': web }).close();
  expect(closed).toBe(1);
});
