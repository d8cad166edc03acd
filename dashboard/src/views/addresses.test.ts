import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListOrder } from '../api/contract.ts';
import { listAddress, listOf, orders, videoAddress } from './addresses.ts';

const parametersOf = (address: string): URLSearchParams => new URL(address, 'http://page').searchParams;

describe('addresses', () => {
  it('hold any id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        expect(parametersOf(videoAddress(id, 3)).get('id')).toBe(id.toWellFormed());
      }),
    );
  });

  it('lead back to the list that they were made of', () => {
    const query = fc.record({
      states: fc.uniqueArray(fc.constantFrom('copying', 'incomplete', 'published')),
      text: fc.string(),
      sort: fc.constantFrom(...(Object.keys(orders) as ListOrder[])),
      order: fc.constantFrom('asc' as const, 'desc' as const),
    });
    fc.assert(
      fc.property(query, (asked) => {
        expect(listOf(parametersOf(listAddress(asked)))).toEqual(asked);
      }),
    );
  });

  it('say nothing of a list as it is at first, and pass over what is not known', () => {
    expect(listAddress({ states: [], text: '', sort: 'title', order: 'asc' })).toBe('/videos');
    expect(listOf(new URLSearchParams('sort=colour&order=up'))).toMatchObject({ sort: 'title', order: 'asc' });
  });
});
