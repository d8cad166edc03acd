import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExtendedRow } from './extended-row.ts';
import { readPlainRow } from './plain-row.ts';

const url = 'https://media.example.org/v/index.m3u8';

describe('a row without Extended JSON', () => {
  it('is a video with its fields', () => {
    const row = { _id: ' v ', playlistUrl: url, tags: [{ name: 'a' }] };
    expect(readPlainRow(3, row, {})).toEqual({
      kind: 'video',
      row: 3,
      submission: { id: 'v', playlistUrl: url },
      fields: row,
    });
  });

  it.each([
    { id: { $oid: '64fe64fe64fe64fe64fe64fe' }, playlistUrl: url },
    { id: 'v', playlistUrl: url, recordedAt: { $date: '2026-11-23T08:00:00Z' } },
    { id: 'v', playlistUrl: url, parts: [{ size: { $numberLong: '1' } }] },
    { id: 7, playlistUrl: url },
    { playlistUrl: url },
    ['v', url],
    null,
  ])('is not what is for others to read: %j', (value) => {
    expect(readPlainRow(1, value, {})).toBeUndefined();
  });

  it('is the same as if it were read with the library', () => {
    const name = fc.constantFrom(
      'id',
      '_id',
      'playlistUrl',
      'url',
      'title',
      'recordedAt',
      'tags',
      '$date',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(url, ' v ', 'NaN', '', null, 1, 1e21, true, '2026-11-23'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const rows = fc.record({ id: tree, playlistUrl: tree, title: tree, more: tree }, { requiredKeys: [] });
    fc.assert(
      fc.property(rows, (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        const plain = readPlainRow(1, json, {});
        if (plain) expect(plain).toEqual(readExtendedRow(1, json, {}));
      }),
      { numRuns: 500 },
    );
  });
});
