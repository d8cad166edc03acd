import { Binary, Decimal128, Long, ObjectId, UUID } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { hasMongo } from '../servers/mongo.ts';
import { all, lectureFields, lectures, urlOf, useMongo } from './mongo-bench.ts';

const never = new AbortController().signal;

describe.skipIf(!hasMongo)('a catalogue in mongo that is kept up to date', () => {
  const bench = useMongo();

  it('is told what became of a video, as often as anybody likes, and never of the past', async () => {
    const id = new ObjectId();
    await bench.collection.insertOne({ _id: id, playlistUrl: urlOf('a'), mine: { other: true } });
    const catalogue = bench.open({ writeBack: 'mine.flants', filter: { state: 'none of these' } });
    const files = { total: 2, done: 2, failed: 0, accepted: 0 };
    const status = { id: id.toHexString(), state: 'published', files, at: '2026-11-23T08:00:00.000Z' } as const;
    const told = async (): Promise<unknown> => (await bench.collection.findOne({ _id: id }))?.['mine'];
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
    expect(await bench.collection.countDocuments()).toBe(1);
  });

  it.each([
    ['a long', Long.fromString('9007199254740993')],
    ['a decimal', Decimal128.fromString('10.50')],
    ['a UUID', new UUID('0b0e5c2e-58f5-4b0e-9f5f-0c6f2c1b7a11')],
    ['bytes', new Binary(Buffer.from('some bytes'))],
  ])('finds and is told of a video whose id is %s', async (_, id) => {
    await bench.collection.insertMany([
      { _id: Long.fromString('9007199254740995') as never, playlistUrl: urlOf('b') },
      { _id: id as never, playlistUrl: urlOf('a') },
    ]);
    const catalogue = bench.open({ writeBack: 'flants' });
    const rows = (await all(catalogue)) as readonly { readonly submission: { readonly id: string } }[];
    const name = rows.map(({ submission }) => submission.id).find((each) => each !== '9007199254740995') ?? '';
    expect(await catalogue.find?.(name, { signal: never })).toMatchObject({ submission: { playlistUrl: urlOf('a') } });
    const files = { total: 2, done: 2, failed: 0, accepted: 0 };
    await catalogue.writeBack?.({ id: name, state: 'published', files, at: '2026-11-23T08:00:00.000Z' });
    const told = await bench.collection.find({ 'flants.state': 'published' }).toArray();
    expect(told).toMatchObject([{ playlistUrl: urlOf('a') }]);
  });

  it('tells of documents that are added and changed, as soon as it is watched', async () => {
    await bench.collection.insertMany(lectures(3));
    const catalogue = bench.open({ fields: lectureFields, filter: { state: { $ne: 'draft' } } });
    const stop = new AbortController();
    const watch = await catalogue.watch?.({ signal: stop.signal });
    if (watch?.kind !== 'open') throw new Error(`no feed: ${watch?.reason}`);

    // Nobody reads yet.
    await bench.collection.insertOne({ _id: 100 as never, name: 'New', hls: { master: urlOf(100) } });
    await bench.collection.updateOne({ _id: 2 as never }, { $set: { name: 'Changed' } });
    await bench.collection.updateOne({ _id: 3 as never }, { $set: { state: 'draft' } });
    await bench.collection.deleteOne({ _id: 1 as never });

    const titles: unknown[] = [];
    let added = false;
    for await (const row of watch.rows) {
      expect(row.row).toBe(titles.length + 1);
      titles.push(row.kind === 'video' && row.submission.title);
      if (titles.includes('New') && titles.includes('Changed') && !added) {
        added = true;
        await bench.collection.insertOne({ _id: 101 as never, name: 'Refused' });
      }
      if (row.kind === 'refused') stop.abort();
    }
    expect(titles).toHaveLength(3);
    expect(titles).toEqual(expect.arrayContaining(['Changed', 'New', false]));
  });

  it('ends its feed by the signal alone', async () => {
    const stop = new AbortController();
    await bench.collection.insertOne({ playlistUrl: urlOf('a') });
    const watch = await bench.open().watch?.({ signal: stop.signal });
    if (watch?.kind !== 'open') throw new Error('no feed');
    const next = watch.rows[Symbol.asyncIterator]().next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await expect(bench.open().watch?.({ signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
