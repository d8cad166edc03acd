import { describe, expect, it } from 'vitest';
import { nextPage, rowsIn, unusable } from './pages.ts';
import type { ApiPage } from './pages.ts';

describe('the rows of a page', () => {
  it.each([
    [[1], undefined],
    [{ videos: [1] }, undefined],
    [{ meta: {}, data: { items: [1] } }, undefined],
    [{ data: { deep: [1] } }, 'data.deep'],
  ])('%j has them', (value, path) => expect(rowsIn(value, path)).toEqual([1]));

  it('are missed with the names of what is there', () => {
    expect(rowsIn({ error: 'x', status: 1 }, undefined)).toMatch(/no list of rows \(its fields are error, status\)/);
    expect(rowsIn({ data: { items: {} } }, 'data.items')).toMatch(/^has no list of rows at data\.items, which is /);
    expect(rowsIn('text', 'data')).toBe('has no list of rows at data, which is not there');
  });
});

describe('the page after one', () => {
  const asked = 'https://api.example/videos?size=2';
  const page = (given: Partial<ApiPage> = {}): ApiPage => ({ url: asked, value: {}, rows: 2, ...given });

  it.each([
    ['<https://api.example/videos?after=2>; rel="next"', 'https://api.example/videos?after=2'],
    ['<?p=1>; rel="first", <?p=3>; title="a, b"; rel="last next"', 'https://api.example/videos?p=3'],
    ['<?p=3>; rel=next', 'https://api.example/videos?p=3'],
    ['<?p=3>; rel="prev"', undefined],
  ])('stands in the header Link: %s', (link, expected) => expect(nextPage(asked, page({ link }), {})).toBe(expected));

  it('stands in next, if that is plainly a URL', () => {
    expect(nextPage(asked, page({ value: { next: '/videos?p=3' } }), {})).toBe('https://api.example/videos?p=3');
    expect(nextPage(asked, page({ value: { next: 'abc' } }), {})).toBeUndefined();
    expect(nextPage(asked, page({ value: { next: null } }), {})).toBeUndefined();
  });

  it('stands where a person says', () => {
    const paging = { next: 'links.next' };
    const value = (next: unknown) => ({ links: { next } });
    expect(nextPage(asked, page({ value: value('?p=3') }), paging)).toBe('https://api.example/videos?p=3');
    expect(nextPage(asked, page({ value: value(null) }), paging)).toBeUndefined();
    expect(nextPage(asked, page({ value: value('') }), paging)).toBeUndefined();
    expect(nextPage(asked, page({ value: value({}) }), paging)).toBe(unusable);
    expect(nextPage(asked, page({ value: value('file:///etc/passwd') }), paging)).toBe(unusable);
  });

  it('is found by a cursor', () => {
    const paging = { next: 'meta.cursor', cursor: 'after' };
    expect(nextPage(asked, page({ value: { meta: { cursor: 'a b&c' } } }), paging)).toBe(`${asked}&after=a+b%26c`);
    expect(nextPage(`${asked}&after=1`, page({ value: { meta: { cursor: 7 } } }), paging)).toBe(`${asked}&after=7`);
    expect(nextPage(asked, page({ value: { meta: {} } }), paging)).toBeUndefined();
  });

  it('has a higher number, until a page has no rows', () => {
    expect(nextPage(asked, page(), { page: 'p' })).toBe(`${asked}&p=2`);
    expect(nextPage('https://api.example/?p=0', page(), { page: 'p' })).toBe('https://api.example/?p=1');
    expect(nextPage(asked, page(), { offset: 'skip' })).toBe(`${asked}&skip=2`);
    expect(nextPage(`${asked}&skip=2`, page({ rows: 1 }), { offset: 'skip' })).toBe(`${asked}&skip=3`);
    expect(nextPage(asked, page({ rows: 0 }), { page: 'p' })).toBeUndefined();
    expect(nextPage('https://api.example/?p=x', page(), { page: 'p' })).toBe(unusable);
  });
});
