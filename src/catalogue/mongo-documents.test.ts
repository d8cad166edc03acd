import { BSON, Decimal128, Long, ObjectId, Timestamp, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { fieldPaths, idsOf, plainOf, projectionOf, rowOf } from './mongo-documents.ts';

const hex = '64fe1c2ab3d4e5f601234567';
const uuid = '0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11';

describe('a value of BSON', () => {
  it.each([
    ['an id', new ObjectId(hex), hex],
    ['a UUID', new UUID(uuid), uuid],
    ['a date', new Date('2026-11-23T08:00:00Z'), '2026-11-23T08:00:00.000Z'],
    ['a date beyond all calendars', new Date(Number.NaN), 'no date'],
    ['a long', Long.fromString('9223372036854775807'), '9223372036854775807'],
    ['a decimal', Decimal128.fromString('1.50'), '1.50'],
    ['bytes', new BSON.Binary(Buffer.from('ab')), 'YWI='],
    ['a timestamp', new Timestamp({ t: 1, i: 2 }), '4294967298'],
    ['a smallest key', new BSON.MinKey(), { $minKey: 1 }],
    ['what is nested', { a: [new ObjectId(hex), { b: null }], c: true }, { a: [hex, { b: null }], c: true }],
  ])('%s becomes what JSON can hold', (_, value, expected) => {
    // As it comes from the wire.
    const { sent } = BSON.deserialize(BSON.serialize({ sent: value }));
    if (!(value instanceof Date && Number.isNaN(value.getTime()))) expect(plainOf(sent)).toEqual(expected);
    expect(plainOf(value)).toEqual(expected);
  });

  it.each([
    hex,
    uuid,
    '7',
    '-7',
    '1.5',
    '1.50',
    '9007199254740993',
    '99999999999999999999',
    'lecture 7',
    'lecture7',
    '007',
    '1e3',
  ])('%s is found again by the id that was made of it', (id) => {
    const ids = idsOf(id);
    expect(ids).toContainEqual(id);
    expect(ids.map(plainOf).map(String)).toEqual(ids.map(() => id));
  });
});

describe('an id', () => {
  it.each([
    ['a long', Long.fromString('9007199254740993')],
    ['a decimal', Decimal128.fromString('1.50')],
    ['a long decimal', Decimal128.fromString('12345678901234567890.5')],
    ['a fraction', 1.5],
    ['bytes', new BSON.Binary(Buffer.from('some bytes'))],
  ])('that is %s in its collection is looked for as what it is', (_, id) => {
    expect(idsOf(String(plainOf(id)))).toContainEqual(id);
  });
});

describe('a projection', () => {
  it('has what a submission is made of, and what rules ask for', () => {
    expect(projectionOf(fieldPaths({ playlistUrl: 'hls.master' }), ['state'])).toEqual({
      _id: 1,
      'hls.master': 1,
      title: 1,
      recordedAt: 1,
      state: 1,
    });
  });

  it('has no path below another one, and none into a list', () => {
    const paths = fieldPaths({ playlistUrl: 'renditions.0.url' });
    expect(projectionOf(paths, ['hls.url', 'hls', 'hls.state.name', 'hlsx', 'title.de'])).toEqual({
      _id: 1,
      renditions: 1,
      title: 1,
      recordedAt: 1,
      hls: 1,
      hlsx: 1,
    });
  });
});

describe('a document', () => {
  const paths = fieldPaths({ playlistUrl: 'renditions.0.url', recordedAt: 'meta.date' });

  it('is a video, wherever its parts stand', () => {
    const document = {
      _id: new ObjectId(hex),
      renditions: [{ url: 'https://cdn.example/a.m3u8' }],
      title: null,
      meta: { date: new Date('2026-11-23T08:00:00Z'), seconds: 7 },
    };
    expect(rowOf(document, 3, paths)).toEqual({
      kind: 'video',
      row: 3,
      submission: { id: hex, playlistUrl: 'https://cdn.example/a.m3u8', recordedAt: '2026-11-23T08:00:00.000Z' },
      fields: {
        _id: hex,
        renditions: [{ url: 'https://cdn.example/a.m3u8' }],
        title: null,
        meta: { date: '2026-11-23T08:00:00.000Z', seconds: 7 },
      },
    });
  });

  it.each([
    [{}, 'has no playlistUrl (renditions.0.url)'],
    [{ renditions: [{ url: 7 }] }, 'has a bad playlistUrl (renditions.0.url): it must be text'],
    [{ renditions: [{ url: 'videos/a.m3u8' }] }, 'has a playlistUrl (renditions.0.url) that is no http(s) URL'],
    [{ renditions: [{ url: 'https://h/a.m3u8' }], title: ['x'] }, 'has a bad title: it must be text'],
    [
      { renditions: [{ url: 'https://h/a.m3u8' }], meta: { date: 'soon' } },
      'has a bad recordedAt (meta.date): it must be a date',
    ],
  ])('with %j is refused by its own name', (fields, message) => {
    expect(rowOf({ _id: new ObjectId(hex), ...fields }, 3, paths)).toMatchObject({
      kind: 'refused',
      row: 3,
      id: hex,
      failure: { code: 'catalogue.row', message: expect.stringContaining(`document ${hex} ${message}`) },
    });
  });
});
