import { randomUUID } from 'node:crypto';
import { Binary, Decimal128, Long, MongoClient, ObjectId, UUID } from 'mongodb';
import type { Collection } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueRow } from '../../src/catalogue/catalogue.ts';
import { openMongoCatalogue } from '../../src/catalogue/mongo/catalogue.ts';
import type { MongoCatalogueOptions } from '../../src/catalogue/mongo/catalogue.ts';
import { parseRule } from '../../src/domain/catalogue-rule.ts';
import type { Submission } from '../../src/domain/video.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { createKnownRows } from '../../src/scanner/known-rows.ts';
import { scanPass } from '../../src/scanner/scan-pass.ts';
import { freePort } from '../servers/free-port.ts';
import { hasMongo, hasOwnMongo, startMongo, startOwnMongo } from '../servers/mongo.ts';
import type { Mongo } from '../servers/mongo.ts';

const never = new AbortController().signal;
const urlOf = (id: unknown): string => `https://cdn.example/${String(id)}.m3u8`;

async function all(catalogue: Catalogue, signal = never): Promise<CatalogueRow[]> {
  const rows: CatalogueRow[] = [];
  for await (const row of catalogue.rows({ signal })) rows.push(row);
  return rows;
}

/** Lectures as another system keeps them. */
function lectures(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    _id: index + 1,
    name: `Lecture ${index + 1}`,
    state: index % 4 === 3 ? 'draft' : 'broadcast',
    seconds: index % 2 === 0 ? 5_400 : 5,
    hls: { master: urlOf(index + 1), notes: 'x'.repeat(50) },
    secret: 'not to be read',
  }));
}

const lectureFields = { playlistUrl: 'hls.master', title: 'name' };

describe.skipIf(!hasMongo)('a catalogue in mongo', () => {
  let server: Mongo;
  let client: MongoClient;
  let collection: Collection;
  const opened: Catalogue[] = [];
  const open = (more: Partial<MongoCatalogueOptions> = {}): Catalogue => {
    const { dbName: database, collectionName } = collection;
    const catalogue = openMongoCatalogue({ url: server.url, database, collection: collectionName, ...more });
    opened.push(catalogue);
    return catalogue;
  };

  beforeAll(async () => {
    server = await startMongo();
    client = new MongoClient(server.url);
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
  });
  beforeEach(() => {
    collection = client.db(`flants-test-${randomUUID()}`).collection('videos');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((catalogue) => catalogue.close()));
    await client.db(collection.dbName).dropDatabase();
  });

  it('is read in the order of its ids, whatever they are', async () => {
    const id = new ObjectId();
    const recordedAt = new Date('2026-11-23T08:00:00Z');
    await collection.insertMany([
      { _id: id, title: 'By an id', playlistUrl: urlOf('a'), recordedAt },
      { _id: 'text' as never, playlistUrl: urlOf('b') },
      { _id: 7 as never, playlistUrl: urlOf('c') },
    ]);
    const rows = await all(open());
    expect(rows.map((row) => row.kind === 'video' && row.submission)).toEqual([
      { id: '7', playlistUrl: urlOf('c') },
      { id: 'text', playlistUrl: urlOf('b') },
      { id: id.toHexString(), title: 'By an id', playlistUrl: urlOf('a'), recordedAt: recordedAt.toISOString() },
    ]);
  });

  it('refuses bad documents with their reasons, and reads the others', async () => {
    await collection.insertMany([
      { _id: 1 as never, playlistUrl: urlOf(1) },
      { _id: 2 as never, title: 'No playlist' },
      { _id: 3 as never, playlistUrl: 'videos/3.m3u8' },
      { _id: 4 as never, playlistUrl: urlOf(4), recordedAt: 'soon' },
      { _id: '1' as never, playlistUrl: urlOf(1) },
    ]);
    const refused = (id: string, message: string, code = 'catalogue.row'): object => ({
      kind: 'refused',
      id,
      failure: { code, message: expect.stringContaining(message) },
    });
    expect(await all(open())).toMatchObject([
      { kind: 'video', row: 1 },
      refused('2', 'document 2 has no playlistUrl'),
      refused('3', 'document 3 has a playlistUrl that is no http(s) or s3://bucket/key URL'),
      { kind: 'video', warning: expect.stringContaining('document 4 has a recordedAt that cannot be read') },
      refused('1', 'which an earlier row has', 'catalogue.duplicate'),
    ]);
  });

  it('reads what its fields and rules need, and nothing else', async () => {
    await collection.insertMany(lectures(1));
    const [row] = await all(open({ fields: lectureFields, projection: ['state', 'hls'] }));
    expect(row).toEqual({
      kind: 'video',
      row: 1,
      submission: { id: '1', playlistUrl: urlOf(1), title: 'Lecture 1' },
      fields: { _id: 1, name: 'Lecture 1', state: 'broadcast', hls: { master: urlOf(1), notes: 'x'.repeat(50) } },
    });
  });

  it('takes the documents that match its filter, in Extended JSON', async () => {
    const ids = [new ObjectId(), new ObjectId()];
    await collection.insertMany(ids.map((_id) => ({ _id, playlistUrl: urlOf(_id), at: new Date(0) })));
    const filter = { _id: { $oid: String(ids[1]) }, at: { $lte: { $date: '1970-01-01T00:00:00Z' } } };
    const catalogue = open({ filter });
    expect(await all(catalogue)).toMatchObject([{ submission: { id: String(ids[1]) } }]);
    expect(await catalogue.find?.(String(ids[1]), { signal: never })).toMatchObject({ kind: 'video' });
    expect(await catalogue.find?.(String(ids[0]), { signal: never })).toBeUndefined();
  });

  it('finds one video by the id it gave it', async () => {
    const id = new ObjectId();
    await collection.insertMany([
      { _id: id, playlistUrl: urlOf('a'), code: 'x1' },
      { _id: 7 as never, playlistUrl: urlOf('b'), code: 'x2' },
      { _id: 8 as never, code: 'x3' },
    ]);
    const catalogue = open();
    for (const each of [id.toHexString(), '7']) {
      expect(await catalogue.find?.(each, { signal: never })).toMatchObject({
        kind: 'video',
        submission: { id: each },
      });
    }
    expect(await catalogue.find?.('8', { signal: never })).toMatchObject({ kind: 'refused', id: '8' });
    expect(await catalogue.find?.('9', { signal: never })).toBeUndefined();
    const byCode = open({ fields: { id: 'code' } });
    expect(await byCode.find?.('x2', { signal: never })).toMatchObject({ submission: { id: 'x2' } });
  });

  it('is empty where its collection is, and unreadable where there is none', async () => {
    await collection.insertOne({ playlistUrl: urlOf('a') });
    expect(await all(open({ filter: { state: 'x' } }))).toEqual([]);
    await expect(all(open({ collection: 'vidoes' }))).rejects.toMatchObject({
      code: 'catalogue.unreadable',
      message: expect.stringMatching(/\.vidoes is not there: its database has videos$/),
    });
  });

  it('is told what became of a video, as often as anybody likes, and never of the past', async () => {
    const id = new ObjectId();
    await collection.insertOne({ _id: id, playlistUrl: urlOf('a'), mine: { other: true } });
    const catalogue = open({ writeBack: 'mine.flants', filter: { state: 'none of these' } });
    const files = { total: 2, done: 2, failed: 0, accepted: 0 };
    const status = { id: id.toHexString(), state: 'published', files, at: '2026-11-23T08:00:00.000Z' } as const;
    const told = async (): Promise<unknown> => (await collection.findOne({ _id: id }))?.['mine'];
    await catalogue.writeBack?.({ ...status, state: 'copying', at: '2026-11-23T07:00:00.000Z' });
    await catalogue.writeBack?.({ ...status, destinationUrl: 'https://new/a.m3u8' });
    const expected = {
      other: true,
      flants: { state: 'published', files, destinationUrl: 'https://new/a.m3u8', at: new Date(status.at) },
    };
    expect(await told()).toEqual(expected);
    await catalogue.writeBack?.({ ...status, destinationUrl: 'https://new/a.m3u8' });
    const older = { ...status, state: 'incomplete', at: '2026-11-23T07:30:00.000Z' } as const;
    expect(await catalogue.writeBack?.(older)).toBe('done');
    expect(await told()).toEqual(expected);
    expect(await catalogue.writeBack?.({ ...status, id: 'nobody' })).toBe('missing');
    expect(await collection.countDocuments()).toBe(1);
  });

  it.each([
    ['a long', Long.fromString('9007199254740993')],
    ['a decimal', Decimal128.fromString('10.50')],
    ['a UUID', new UUID('0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11')],
    ['bytes', new Binary(Buffer.from('some bytes'))],
  ])('finds and is told of a video whose id is %s', async (_, id) => {
    await collection.insertMany([
      { _id: Long.fromString('9007199254740995') as never, playlistUrl: urlOf('b') },
      { _id: id as never, playlistUrl: urlOf('a') },
    ]);
    const catalogue = open({ writeBack: 'flants' });
    const rows = (await all(catalogue)) as readonly { readonly submission: { readonly id: string } }[];
    const name = rows.map(({ submission }) => submission.id).find((each) => each !== '9007199254740995') ?? '';
    expect(await catalogue.find?.(name, { signal: never })).toMatchObject({ submission: { playlistUrl: urlOf('a') } });
    const files = { total: 2, done: 2, failed: 0, accepted: 0 };
    await catalogue.writeBack?.({ id: name, state: 'published', files, at: '2026-11-23T08:00:00.000Z' });
    const told = await collection.find({ 'flants.state': 'published' }).toArray();
    expect(told).toMatchObject([{ playlistUrl: urlOf('a') }]);
  });

  it('tells of documents that are added and changed, as soon as it is watched', async () => {
    await collection.insertMany(lectures(3));
    const catalogue = open({ fields: lectureFields, filter: { state: { $ne: 'draft' } } });
    const stop = new AbortController();
    const watch = await catalogue.watch?.({ signal: stop.signal });
    if (watch?.kind !== 'open') throw new Error(`no feed: ${watch?.reason}`);

    // Nobody reads yet.
    await collection.insertOne({ _id: 100 as never, name: 'New', hls: { master: urlOf(100) } });
    await collection.updateOne({ _id: 2 as never }, { $set: { name: 'Changed' } });
    await collection.updateOne({ _id: 3 as never }, { $set: { state: 'draft' } });
    await collection.deleteOne({ _id: 1 as never });

    const titles: unknown[] = [];
    let added = false;
    for await (const row of watch.rows) {
      expect(row.row).toBe(titles.length + 1);
      titles.push(row.kind === 'video' && row.submission.title);
      if (titles.includes('New') && titles.includes('Changed') && !added) {
        added = true;
        await collection.insertOne({ _id: 101 as never, name: 'Refused' });
      }
      if (row.kind === 'refused') stop.abort();
    }
    expect(titles).toHaveLength(3);
    expect(titles).toEqual(expect.arrayContaining(['Changed', 'New', false]));
  });

  it('ends its feed by the signal alone', async () => {
    const stop = new AbortController();
    await collection.insertOne({ playlistUrl: urlOf('a') });
    const watch = await open().watch?.({ signal: stop.signal });
    if (watch?.kind !== 'open') throw new Error('no feed');
    const next = watch.rows[Symbol.asyncIterator]().next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect(open().watch?.({ signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' });
  });

  it('throws aborted when it is stopped while it is read', async () => {
    await collection.insertMany(lectures(100));
    const stop = new AbortController();
    const catalogue = open({ fields: lectureFields, batchSize: 10 });
    const reading = async (): Promise<void> => {
      for await (const _ of catalogue.rows({ signal: stop.signal })) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' });
  });

  it('of 20,000 documents is passed over by its rules, and costs little the second time', async () => {
    await collection.insertMany(lectures(20_000));
    await collection.insertOne({ _id: 20_001 as never, name: 'No playlist', state: 'broadcast', seconds: 100 });
    const rules = ['state = broadcast', 'seconds >= 10'].map(parseRule);
    const catalogue = open({ fields: lectureFields, projection: rules.map(({ path }) => path) });
    const journal = new MemoryJournal();
    const ports = {
      journal,
      keyRules: { tokenParameters: [] },
      now: Date.now,
      freshWindowMs: 0,
      knownRows: createKnownRows(),
    };
    const added: string[] = [];
    const onRow = async ({ id }: Submission, { isNew }: { isNew: boolean }): Promise<void> => {
      if (isNew) added.push(id);
    };
    const first = await scanPass(catalogue, rules, ports, onRow, never);
    expect(first).toMatchObject({
      rows: 20_001,
      taken: 10_000,
      added: 10_000,
      refused: { count: 10_001 },
      withdrawn: { count: 0 },
    });
    expect(new Set(added).size).toBe(10_000);
    expect(first.refused.rows).toHaveLength(1_000);
    expect(first.refused.rows[0]?.failure.message).toBe('the rule "seconds >= 10" does not hold: seconds is 5');

    await collection.updateMany({ _id: { $lt: 11 as never } }, { $set: { name: 'Renamed' } });
    await collection.deleteMany({ _id: { $gt: 19_990 as never } });
    const second = await scanPass(catalogue, rules, ports, onRow, never);
    expect(second).toMatchObject({ taken: 9_995, added: 0, changed: 5, withdrawn: { count: 5 } });
    expect(second.withdrawn.ids).toEqual(['19991', '19993', '19995', '19997', '19999']);
  });
});

describe.skipIf(!hasOwnMongo)('a mongo that is not as it should be', () => {
  const read = (url: string): Catalogue =>
    openMongoCatalogue({
      url: url.replace('//', '//user:secret@'),
      database: 'lib',
      collection: 'videos',
      batchSize: 100,
    });
  /** The server knows no users: the password is only there to be kept out of messages. */
  const plain = (url: string): Catalogue =>
    openMongoCatalogue({ url, database: 'lib', collection: 'videos', batchSize: 100 });

  it('that dies while it is read ends the reading with an error that names it', async () => {
    const server = await startOwnMongo();
    const catalogue = plain(server.url);
    const client = new MongoClient(server.url);
    try {
      await client.db('lib').collection('videos').insertMany(lectures(5_000));
      const watch = await catalogue.watch?.({ signal: never });
      let rows = 0;
      const reading = async (): Promise<void> => {
        for await (const _ of catalogue.rows({ signal: never })) {
          rows += 1;
          if (rows === 150) await server.kill();
        }
      };
      const { host } = new URL(server.url);
      const lost = {
        code: 'catalogue.unreadable',
        message: expect.stringContaining(`mongodb://${host}/lib.videos was lost`),
      };
      await expect(reading()).rejects.toMatchObject(lost);
      expect(rows).toBeLessThan(5_000);
      if (watch?.kind !== 'open') throw new Error('no feed');
      await expect(watch.rows[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'catalogue.unreadable' });
    } finally {
      await Promise.all([catalogue.close(), client.close(), server.stop()]);
    }
  });

  it('that is not there is named, without the password', async () => {
    const catalogue = read('mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200');
    const expected = {
      code: 'catalogue.unreadable',
      message: expect.stringMatching(
        /^the catalogue mongodb:\/\/127\.0\.0\.1:1\/lib\.videos cannot be reached: (?!.*secret)/,
      ),
    };
    try {
      await expect(all(catalogue)).rejects.toMatchObject(expected);
      await expect(catalogue.find?.('a', { signal: never })).rejects.toMatchObject(expected);
      await expect(catalogue.watch?.({ signal: never })).rejects.toMatchObject(expected);
    } finally {
      await catalogue.close();
    }
  });

  it('that was not there at first is read once it is', async () => {
    const port = await freePort();
    const catalogue = plain(`mongodb://127.0.0.1:${port}/?serverSelectionTimeoutMS=200`);
    await expect(all(catalogue)).rejects.toMatchObject({ code: 'catalogue.unreadable' });
    const server = await startOwnMongo({ port });
    const client = new MongoClient(server.url);
    try {
      await client
        .db('lib')
        .collection('videos')
        .insertOne({ playlistUrl: urlOf('a') });
      expect(await all(catalogue)).toHaveLength(1);
    } finally {
      await Promise.all([catalogue.close(), client.close(), server.stop()]);
    }
  });

  it('that does not answer keeps nobody who was stopped waiting', async () => {
    const catalogue = plain('mongodb://127.0.0.1:1/');
    const stop = new AbortController();
    const answers = [
      all(catalogue, stop.signal),
      catalogue.find?.('a', { signal: stop.signal }),
      catalogue.watch?.({ signal: stop.signal }),
    ];
    stop.abort();
    try {
      for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: 'aborted' });
    } finally {
      await catalogue.close();
    }
  });

  it('whose URL names a file of certificates that is not there says so', async () => {
    const catalogue = plain('mongodb://127.0.0.1:1/?tls=true&tlsCAFile=/nowhere/ca.pem');
    await expect(all(catalogue)).rejects.toMatchObject({
      code: 'catalogue.unreadable',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
    await catalogue.close();
  });

  it('that has no change streams says so', async () => {
    const server = await startOwnMongo({ changeStreams: false });
    const catalogue = plain(server.url);
    try {
      expect(await catalogue.watch?.({ signal: never })).toEqual({
        kind: 'unavailable',
        reason: expect.stringContaining('the server gives no change stream'),
      });
    } finally {
      await catalogue.close();
      await server.stop();
    }
  });
});
