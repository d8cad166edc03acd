import { describe, expect, it } from 'vitest';
import { parseSinceQuery, urlSince } from './since-query.ts';

describe('a query for what changed', () => {
  const at = Date.parse('2026-11-30T17:00:00.999Z');
  const asked = (text: string, url = 'https://api.example/videos?size=2') => {
    const query = parseSinceQuery(text);
    return query && urlSince(url, query, at);
  };

  it.each([
    ['updated_since={time}', 'size=2&updated_since=2026-11-30T17%3A00%3A00Z'],
    ['since={seconds}', 'size=2&since=1796058000'],
    ['q=updated_at:{time}..', 'size=2&q=updated_at%3A2026-11-30T17%3A00%3A00Z..'],
    ['created[gte]={seconds}', 'size=2&created%5Bgte%5D=1796058000'],
  ])('%s has the time in its place', (text, query) => {
    expect(asked(text)).toBe(`https://api.example/videos?${query}`);
  });

  it('takes the place of the same parameter in the URL', () => {
    expect(asked('since={seconds}', 'https://api.example/?since=0')).toBe('https://api.example/?since=1796058000');
  });

  it.each(['updated_since', 'updated_since=', '={time}', 'since={tome}', 'a={time}&b=1', '?a={time}'])(
    'is not %s',
    (text) => {
      expect(parseSinceQuery(text)).toBeUndefined();
    },
  );
});
