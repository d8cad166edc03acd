import { Binary, Decimal128, Int32, Long, MinKey, ObjectId, Timestamp, UUID, deserialize, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { fromExtended, idText, idsOf, plainOf } from './bson-values.ts';

const hex = '64fe1c2ab3d4e5f601234567';
const uuid = '0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11';
const recordedAt = '2026-11-23T08:00:00.000Z';

describe('a value of BSON', () => {
  it.each([
    ['an id', new ObjectId(hex), hex],
    ['a UUID', new UUID(uuid), uuid],
    ['a date', new Date('2026-11-23T08:00:00Z'), '2026-11-23T08:00:00.000Z'],
    ['a date beyond all calendars', new Date(Number.NaN), 'no date'],
    ['a long', Long.fromString('9223372036854775807'), '9223372036854775807'],
    ['a decimal', Decimal128.fromString('1.50'), '1.50'],
    ['bytes', new Binary(Buffer.from('ab')), 'YWI='],
    ['a timestamp', new Timestamp({ t: 1, i: 2 }), { $timestamp: { t: 1, i: 2 } }],
    ['a smallest key', new MinKey(), { $minKey: 1 }],
    ['what is nested', { a: [new ObjectId(hex), { b: null }], c: true }, { a: [hex, { b: null }], c: true }],
  ])('%s becomes what JSON can hold', (_, value, expected) => {
    // As it comes from the wire.
    const { sent } = deserialize(serialize({ sent: value }), { promoteValues: false });
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
    expect(ids.map(idText)).toEqual(ids.map(() => id));
  });
});

describe('an id', () => {
  it.each([
    ['a long', Long.fromString('9007199254740993')],
    ['a decimal', Decimal128.fromString('1.50')],
    ['a long decimal', Decimal128.fromString('12345678901234567890.5')],
    ['a fraction', 1.5],
    ['bytes', new Binary(Buffer.from('some bytes'))],
    ['bytes of a kind', new Binary(Buffer.from('some bytes'), 3)],
    ['a date', new Date('2026-11-23T08:00:00.123Z')],
    ['a document', { a: new Int32(1), b: { c: ['x', new UUID(uuid)] } }],
    ['a whole number', 7],
  ])('that is %s in its collection is looked for as what it is', (_, id) => {
    expect(idsOf(idText(id) ?? '')).toContainEqual(id);
  });

  it.each([
    ['a switch', true],
    ['null', null],
    ['a list', ['a']],
    ['no number', Number.NaN],
    ['a decimal that is none', Decimal128.fromString('NaN')],
    ['a number that has lost digits', 1e30],
    ['a date beyond all calendars', new Date(Number.NaN)],
  ])('that is %s has no text', (_, id) => {
    expect(idText(id)).toBeUndefined();
  });

  it.each(['{"$gt":1}', '{"$regularExpression":{"pattern":".","options":""}}', '{"a":1}', '{broken', '{}x'])(
    'that is the text %s is looked for as that text alone',
    (id) => {
      expect(idsOf(id)).toEqual([id]);
    },
  );
});

describe('Extended JSON', () => {
  it('is read wherever it stands, and left alone where it is none', () => {
    const written = { at: [{ $date: recordedAt }], id: { $oid: hex }, bad: { $oid: 'x' }, price: { $: 1 }, n: 1 };
    expect(fromExtended(written)).toEqual({
      at: [new Date(recordedAt)],
      id: new ObjectId(hex),
      bad: { $oid: 'x' },
      price: { $: new Int32(1) },
      n: 1,
    });
  });
});
