import { expect, test } from 'vitest';
import { openMemorySource } from '../storage/memory-source.ts';
import { destinationOverHttp } from './destination.ts';

test.each([
  ['http://cdn.example/a.m3u8', 'https://cdn.example/1.ts', true],
  ['https://cdn.example/a.m3u8', 'http://cdn.example/1.ts', false],
  ['https://cdn.example/a.m3u8', 'https://cdn.example:8443/1.ts', false],
  ['https://cdn.example/a.m3u8', 'https://old.example/1.ts', false],
])('of a copy at %s, %s is a part: %s', (playlistUrl, url, isPart) => {
  expect(destinationOverHttp(openMemorySource(), playlistUrl).contains(url)).toBe(isPart);
});
