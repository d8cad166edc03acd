import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { openMongoCatalogue } from '../../src/catalogue/mongo/catalogue.ts';
import { freePort } from '../servers/free-port.ts';
import { hasOwnMongo, startOwnMongo } from '../servers/mongo.ts';
import { all, lectures, urlOf } from './mongo-bench.ts';

const never = new AbortController().signal;

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
