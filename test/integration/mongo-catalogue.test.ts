import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { parseRule } from '../../src/domain/catalogue-rule.ts';
import type { Submission } from '../../src/domain/video.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { createKnownRows } from '../../src/scanner/known-rows.ts';
import { scanPass } from '../../src/scanner/scan-pass.ts';
import { hasMongo } from '../servers/mongo.ts';
import { all, lectureFields, lectures, urlOf, useMongo } from './mongo-bench.ts';

const never = new AbortController().signal;

describe.skipIf(!hasMongo)('a catalogue in mongo', () => {
  const bench = useMongo();

  it('is read in the order of its ids, whatever they are', async () => {
    const id = new ObjectId();
    const recordedAt = new Date('2026-11-23T08:00:00Z');
    await bench.collection.insertMany([
      { _id: id, title: 'By an id', playlistUrl: urlOf('a'), recordedAt },
      { _id: 'text' as never, playlistUrl: urlOf('b') },
      { _id: 7 as never, playlistUrl: urlOf('c') },
    ]);
    const rows = await all(bench.open());
    expect(rows.map((row) => row.kind === 'video' && row.submission)).toEqual([
      { id: '7', playlistUrl: urlOf('c') },
      { id: 'text', playlistUrl: urlOf('b') },
      { id: id.toHexString(), title: 'By an id', playlistUrl: urlOf('a'), recordedAt: recordedAt.toISOString() },
    ]);
  });

  it('refuses bad documents with their reasons, and reads the others', async () => {
    await bench.collection.insertMany([
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
    expect(await all(bench.open())).toMatchObject([
      { kind: 'video', row: 1 },
      refused('2', 'document 2 has no playlistUrl'),
      refused('3', 'document 3 has a playlistUrl that is no http(s) or s3://bucket/key URL'),
      { kind: 'video', warning: expect.stringContaining('document 4 has a recordedAt that cannot be read') },
      refused('1', 'which an earlier row has', 'catalogue.duplicate'),
    ]);
  });

  it('reads what its fields and rules need, and nothing else', async () => {
    await bench.collection.insertMany(lectures(1));
    const [row] = await all(bench.open({ fields: lectureFields, projection: ['state', 'hls'] }));
    expect(row).toEqual({
      kind: 'video',
      row: 1,
      submission: { id: '1', playlistUrl: urlOf(1), title: 'Lecture 1' },
      fields: { _id: 1, name: 'Lecture 1', state: 'broadcast', hls: { master: urlOf(1), notes: 'x'.repeat(50) } },
    });
  });

  it('takes the documents that match its filter, in Extended JSON', async () => {
    const ids = [new ObjectId(), new ObjectId()];
    await bench.collection.insertMany(ids.map((_id) => ({ _id, playlistUrl: urlOf(_id), at: new Date(0) })));
    const filter = { _id: { $oid: String(ids[1]) }, at: { $lte: { $date: '1970-01-01T00:00:00Z' } } };
    const catalogue = bench.open({ filter });
    expect(await all(catalogue)).toMatchObject([{ submission: { id: String(ids[1]) } }]);
    expect(await catalogue.find?.(String(ids[1]), { signal: never })).toMatchObject({ kind: 'video' });
    expect(await catalogue.find?.(String(ids[0]), { signal: never })).toBeUndefined();
  });

  it('finds one video by the id it gave it', async () => {
    const id = new ObjectId();
    await bench.collection.insertMany([
      { _id: id, playlistUrl: urlOf('a'), code: 'x1' },
      { _id: 7 as never, playlistUrl: urlOf('b'), code: 'x2' },
      { _id: 8 as never, code: 'x3' },
    ]);
    const catalogue = bench.open();
    for (const each of [id.toHexString(), '7']) {
      expect(await catalogue.find?.(each, { signal: never })).toMatchObject({
        kind: 'video',
        submission: { id: each },
      });
    }
    expect(await catalogue.find?.('8', { signal: never })).toMatchObject({ kind: 'refused', id: '8' });
    expect(await catalogue.find?.('9', { signal: never })).toBeUndefined();
    const byCode = bench.open({ fields: { id: 'code' } });
    expect(await byCode.find?.('x2', { signal: never })).toMatchObject({ submission: { id: 'x2' } });
  });

  it('is empty where its collection is, and unreadable where there is none', async () => {
    await bench.collection.insertOne({ playlistUrl: urlOf('a') });
    expect(await all(bench.open({ filter: { state: 'x' } }))).toEqual([]);
    await expect(all(bench.open({ collection: 'vidoes' }))).rejects.toMatchObject({
      code: 'catalogue.unreadable',
      message: expect.stringMatching(/\.vidoes is not there: its database has videos$/),
    });
  });

  it('throws aborted when it is stopped while it is read', async () => {
    await bench.collection.insertMany(lectures(100));
    const stop = new AbortController();
    const catalogue = bench.open({ fields: lectureFields, batchSize: 10 });
    const reading = async (): Promise<void> => {
      for await (const _ of catalogue.rows({ signal: stop.signal })) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'aborted' });
  });

  it('of 20,000 documents is passed over by its rules, and costs little the second time', async () => {
    await bench.collection.insertMany(lectures(20_000));
    await bench.collection.insertOne({ _id: 20_001 as never, name: 'No playlist', state: 'broadcast', seconds: 100 });
    const rules = ['state = broadcast', 'seconds >= 10'].map(parseRule);
    const catalogue = bench.open({ fields: lectureFields, projection: rules.map(({ path }) => path) });
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

    await bench.collection.updateMany({ _id: { $lt: 11 as never } }, { $set: { name: 'Renamed' } });
    await bench.collection.deleteMany({ _id: { $gt: 19_990 as never } });
    const second = await scanPass(catalogue, rules, ports, onRow, never);
    expect(second).toMatchObject({ taken: 9_995, added: 0, changed: 5, withdrawn: { count: 5 } });
    expect(second.withdrawn.ids).toEqual(['19991', '19993', '19995', '19997', '19999']);
  });
});
