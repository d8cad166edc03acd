import { describe, expect, it } from 'vitest';
import type { Evidence } from './outcome.ts';
import { replacedAt, replacedSince, told } from './replaced.ts';

const [before, now, later] = ['2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z', '2026-12-01T00:00:00Z'];
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  key: 'v/a.ts', url: 'https://h/v/a.ts', sizeBytes: 4, crc32: '00000001', source: {}, proof: 'written', generation: 'g', tries: 1,
  durationMs: 1, worker: 'w', at: before, ...more,
}); // prettier-ignore
const same = { sizeBytes: 4, crc32: '00000001', isReplacement: false };
const other = { sizeBytes: 4, crc32: '00000002', isReplacement: false };

describe('An object', () => {
  it.each([
    ['that is new was never replaced', undefined, same, undefined],
    ['with the bytes of its evidence was not', evidence(), same, undefined],
    ['with other bytes was, whether this process wrote them or one that was lost', evidence(), other, now],
    ['with other bytes of the same checksum was', evidence(), { ...same, sizeBytes: 5 }, now],
    ['of which there is no evidence was, if something stood there', undefined, { ...same, isReplacement: true }, now],
    [
      'that was found and not read was, if it is written over',
      evidence({ crc32: '' }),
      { ...same, isReplacement: true },
      now,
    ],
    ['that the source has no more was not', evidence(), { ...other, crc32: '' }, undefined],
    ['that was replaced stays so', evidence({ replacedAt: before }), same, before],
    ['that is replaced again is so anew', evidence({ replacedAt: before }), other, now],
  ] as const)('%s', (_, prior, present, expected) => {
    expect(replacedAt(prior, present, now).replacedAt).toBe(expected);
  });
});

describe('A publication', () => {
  const cdn = { at: now, hasCdn: true };
  const nothing = { files: {}, documents: [] };

  it('of which nothing was ever replaced records nothing', () => {
    expect(replacedSince(undefined, nothing, cdn)).toBeUndefined();
  });

  it('tells of files and playlists once', () => {
    const first = replacedSince(undefined, { files: { 'v/a.ts': before }, documents: ['v/index.m3u8'] }, cdn);
    expect(first).toEqual({
      files: { 'v/a.ts': before },
      stale: ['v/a.ts', 'v/index.m3u8'],
      since: now,
      isBeingTold: true,
    });
    const done = first && told(first, { by: 'a CDN', paths: 2, at: now });
    expect(done).toEqual({
      files: first?.files,
      stale: [],
      since: now,
      invalidated: { by: 'a CDN', paths: 2, at: now },
    });
    const again = replacedSince(done, { files: { 'v/a.ts': before }, documents: [] }, { ...cdn, at: later });
    expect(again?.stale).toEqual([]);
    expect(again?.isBeingTold).toBeUndefined();
  });

  it('that comes again before anybody was told is the same', () => {
    const found = { files: { 'v/a.ts': before }, documents: ['v/index.m3u8'] };
    const first = replacedSince(undefined, found, cdn);
    expect(replacedSince(first, found, { ...cdn, at: later })).toEqual(first);
  });

  it('takes over what its predecessors did not tell, as without a CDN', () => {
    const first = replacedSince(undefined, { files: { 'v/a.ts': before }, documents: [] }, { at: now, hasCdn: false });
    expect(first?.isBeingTold).toBeUndefined();
    const found = { files: { 'v/a.ts': before, 'v/b.ts': now }, documents: [] };
    expect(replacedSince(first, found, { ...cdn, at: later })).toMatchObject({
      stale: ['v/a.ts', 'v/b.ts'],
      since: now,
      isBeingTold: true,
    });
  });

  it('tells again of a file that was replaced again', () => {
    const last = { files: { 'v/a.ts': before }, stale: [], since: before };
    expect(replacedSince(last, { files: { 'v/a.ts': now }, documents: [] }, cdn)?.stale).toEqual(['v/a.ts']);
  });
});
