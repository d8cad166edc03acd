import { Binary, Decimal128, Double, Int32, Long, MinKey, ObjectId, Timestamp, UUID } from 'bson';
import type { MongoFields } from '../../src/config/values/mongo.ts';

/** A document as some application writes it, and what a catalogue makes of it, in MongoDB or in a file. */
export interface CatalogueShape {
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>> & { readonly _id: unknown };
  /** A mapping, which only a catalogue in MongoDB has. */
  readonly fields?: MongoFields;
  /** What a catalogue takes from it, with a part of the warning about what was left out. */
  readonly taken?: {
    readonly id: string;
    readonly title?: string;
    readonly recordedAt?: string;
    readonly warning?: string;
  };
  /** A part of the reason, which names the document in MongoDB. */
  readonly refused?: string;
}

const playlistUrl = 'https://cdn.example/a.m3u8';
const hex = '64fe1c2ab3d4e5f601234567';
const uuid = '0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11';
const recordedAt = '2026-11-23T08:00:00.000Z';
const ms = Date.parse(recordedAt);

const withId = (name: string, _id: unknown, id: string): CatalogueShape => ({
  name: `an id that is ${name}`,
  document: { _id, playlistUrl },
  taken: { id },
});
const withDate = (name: string, value: unknown, read = recordedAt): CatalogueShape => ({
  name: `a date that is ${name}`,
  document: { _id: 'a', playlistUrl, recordedAt: value },
  taken: { id: 'a', recordedAt: read },
});
const withBadDate = (name: string, value: unknown, shown: string): CatalogueShape => ({
  name: `a date that is ${name}`,
  document: { _id: 'a', playlistUrl, recordedAt: value },
  taken: { id: 'a', warning: `has a recordedAt that cannot be read: it is ${shown}, and must be a date` },
});
const refused = (name: string, document: object, reason: string): CatalogueShape => ({
  name,
  document: { _id: 'a', playlistUrl, ...document },
  refused: reason,
});

export const catalogueShapes: readonly CatalogueShape[] = [
  withId('an ObjectId', new ObjectId(hex), hex),
  withId('a UUID', new UUID(uuid), uuid),
  withId(
    'a UUID of old drivers',
    new Binary(Buffer.from('0123456789abcdef'), 3),
    '{"$binary":{"base64":"MDEyMzQ1Njc4OWFiY2RlZg==","subType":"03"}}',
  ),
  withId('bytes', new Binary(Buffer.from('some bytes')), 'c29tZSBieXRlcw=='),
  withId('text', 'lecture 7', 'lecture 7'),
  withId('text like a number', '007', '007'),
  withId('text like a document', '{"$gt":1}', '{"$gt":1}'),
  withId('an Int32', new Int32(7), '7'),
  withId('an Int64', Long.fromNumber(1_700_000_000_000), '1700000000000'),
  withId('an Int64 of nineteen digits', Long.fromString('9223372036854775807'), '9223372036854775807'),
  withId('a negative Int64', Long.fromString('-9007199254740993'), '-9007199254740993'),
  withId('a whole double', new Double(7), '7'),
  withId('a fraction', new Double(1.5), '1.5'),
  withId('a Decimal128', Decimal128.fromString('10.50'), '10.50'),
  withId(
    'a Decimal128 of 33 digits',
    Decimal128.fromString('123456789012345678901234567890.123'),
    '123456789012345678901234567890.123',
  ),
  withId('a date', new Date(recordedAt), recordedAt),
  withId('a timestamp', new Timestamp({ t: 1_700_000_000, i: 1 }), '{"$timestamp":{"t":1700000000,"i":1}}'),
  withId('a document', { course: 'algebra', n: new Int32(7) }, '{"course":"algebra","n":{"$numberInt":"7"}}'),
  withId(
    'a document of many types',
    {
      school: new ObjectId(hex),
      room: new UUID(uuid),
      begin: new Date(ms),
      seq: Long.fromString('9007199254740993'),
      share: new Double(0.5),
      price: Decimal128.fromString('1.50'),
      live: false,
      tag: null,
    },
    `{"school":{"$oid":"${hex}"},"room":{"$binary":{"base64":"${Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64')}","subType":"04"}},` +
      `"begin":{"$date":{"$numberLong":"${ms}"}},"seq":{"$numberLong":"9007199254740993"},` +
      '"share":{"$numberDouble":"0.5"},"price":{"$numberDecimal":"1.50"},"live":false,"tag":null}',
  ),
  withId(
    'a document in a document, with a list',
    { z: { y: ['a', new Int32(1)] }, a: 'after z' },
    '{"z":{"y":["a",{"$numberInt":"1"}]},"a":"after z"}',
  ),

  withDate('a date', new Date(recordedAt)),
  withDate('seconds as Int32', new Int32(ms / 1000)),
  withDate('seconds as Int64', Long.fromNumber(ms / 1000)),
  withDate('seconds as a double, with a fraction', new Double(ms / 1000 + 0.25), '2026-11-23T08:00:00.250Z'),
  withDate('milliseconds as a double, as Date.now() gives them', new Double(ms)),
  withDate('milliseconds as Int64', Long.fromNumber(ms)),
  withDate('milliseconds as a Decimal128', Decimal128.fromString(String(ms))),
  withDate('nanoseconds as Int64', Long.fromString(`${ms}000000`)),
  withDate('milliseconds as text', String(ms)),
  withDate('text with an offset', '2026-11-23T09:00:00+01:00'),
  withDate('text without an offset', '2026-11-23T08:00:00'),
  withDate('text of a database', '2026-11-23 08:00:00.000'),
  withDate('a day as text', '2026-11-23', '2026-11-23T00:00:00.000Z'),
  withDate('text of an HTTP header', 'Mon, 23 Nov 2026 08:00:00 GMT'),
  withBadDate('a word', 'soon', '"soon"'),
  withBadDate('a day that never was', '2026-02-30', '"2026-02-30"'),
  withBadDate('zero', new Int32(0), '0'),
  withBadDate('a year', new Int32(2026), '2026'),
  withBadDate('a switch', true, 'true'),
  withBadDate('a document', { year: 2026 }, 'an object'),
  withBadDate('a list', [new Date(ms)], 'a list of 1'),
  withBadDate('a smallest key', new MinKey(), 'an object'),

  { name: 'nulls', document: { _id: 'a', playlistUrl, title: null, recordedAt: null }, taken: { id: 'a' } },
  { name: 'no more than it needs', document: { _id: 'a', playlistUrl }, taken: { id: 'a' } },
  {
    name: 'blanks',
    document: { _id: 'a', playlistUrl: ` ${playlistUrl}\n`, title: '', recordedAt: ' ' },
    taken: { id: 'a' },
  },
  {
    name: 'a number for its title',
    document: { _id: 'a', playlistUrl, title: new Int32(7) },
    taken: { id: 'a', title: '7' },
  },
  {
    name: 'titles in many languages, and a date that is none',
    document: { _id: 'a', playlistUrl, title: { de: 'Algebra' }, recordedAt: 'soon' },
    taken: {
      id: 'a',
      warning: 'has a title that cannot be read: it is an object, and must be text, and has a recordedAt',
    },
  },
  {
    name: 'fields within lists and documents',
    document: { _id: 'a', out: [{ hls: [[playlistUrl]] }], meta: { names: ['A'], at: [{ ms: Long.fromNumber(ms) }] } },
    fields: { playlistUrl: 'out.0.hls.0.0', title: 'meta.names.0', recordedAt: 'meta.at.0.ms' },
    taken: { id: 'a', title: 'A', recordedAt },
  },
  {
    name: 'a document for another id',
    document: { _id: new ObjectId(hex), playlistUrl, key: { a: new Int32(1), b: 'x' } },
    fields: { id: 'key' },
    taken: { id: '{"a":{"$numberInt":"1"},"b":"x"}' },
  },

  refused('a playlist that is null', { playlistUrl: null }, 'a has no playlistUrl'),
  refused('a playlist that is blank', { playlistUrl: ' ' }, 'a has no playlistUrl'),
  refused('a playlist that is a list', { playlistUrl: [playlistUrl] }, 'a has a bad playlistUrl: it is a list of 1'),
  refused('a playlist that is a document', { playlistUrl: { url: 'x' } }, 'a has a bad playlistUrl: it is an object'),
  refused('a playlist on another scheme', { playlistUrl: 'rtmp://h/a' }, 'a has a playlistUrl that is n'),
  refused(
    'a compound id and no playlist',
    { _id: { course: 'algebra', n: 7 }, playlistUrl: null },
    '{"course":"algebra","n":{"$numberInt":"7"}} has no playlistUrl',
  ),
  refused('an id that is a switch', { _id: true }, 'true has a bad id (_id): it is true, and must be text'),
  refused('an id that is no number', { _id: new Double(Number.NaN) }, 'has a bad id (_id): it is NaN, and must be'),
  refused('an id that is blank', { _id: ' ' }, 'has a bad id (_id): it is " ", and must be'),
  refused('an id that is endless', { _id: 'x'.repeat(1001) }, 'has a bad id (_id): it is "xxx'),
];
