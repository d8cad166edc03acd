import { describe, expect, it } from 'vitest';
import type { BatchMessage } from '../../domain/batch.ts';
import { withoutUser } from './without-user.ts';

const batchOf = (...urls: readonly string[]): BatchMessage => ({
  format: 1,
  id: 'b',
  video: 'v',
  generation: 'g',
  existing: 'verify',
  sha256: false,
  files: urls.map((fetchUrl, index) => ({
    index,
    key: `${index}`,
    url: `https://cdn.example/${index}`,
    fetchUrl,
    role: 'segment',
    contentType: 'video/mp2t',
    cacheControl: 'no-store',
    tries: 0,
  })),
});

describe('a batch for a function', () => {
  it('has no users and passwords in its URLs, and is otherwise the same', () => {
    const plain = batchOf('https://cdn.example/a@b.ts?mail=a@b', 'http://[::1]:80/c.ts');
    expect(withoutUser(plain)).toBe(plain);
    const given = batchOf(
      'https://me:pass@cdn.example:8443/a@b.ts?t=1',
      'http://you@cdn.example/c.ts',
      'https://cdn.example/d',
    );
    expect(withoutUser(given)).toEqual(
      batchOf('https://cdn.example:8443/a@b.ts?t=1', 'http://cdn.example/c.ts', 'https://cdn.example/d'),
    );
  });
});
