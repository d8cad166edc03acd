import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Collection } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Catalogue, CatalogueRow } from '../../src/catalogue/catalogue.ts';
import { openMongoCatalogue } from '../../src/catalogue/mongo/catalogue.ts';
import type { MongoCatalogueOptions } from '../../src/catalogue/mongo/catalogue.ts';
import { startMongo } from '../servers/mongo.ts';
import type { Mongo } from '../servers/mongo.ts';

/** A collection, and catalogues over it. */
export interface MongoBench {
  /** Empty at the start of each test. */
  readonly collection: Collection;
  open(more?: Partial<MongoCatalogueOptions>): Catalogue;
}

/** Gives each test of the suite that calls this a collection of its own, and closes what it opened. */
export function useMongo(): MongoBench {
  let server: Mongo;
  let client: MongoClient;
  let collection: Collection;
  const opened: Catalogue[] = [];

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

  return {
    get collection() {
      return collection;
    },
    open(more = {}) {
      const { dbName: database, collectionName } = collection;
      const catalogue = openMongoCatalogue({ url: server.url, database, collection: collectionName, ...more });
      opened.push(catalogue);
      return catalogue;
    },
  };
}

export const urlOf = (id: unknown): string => `https://cdn.example/${String(id)}.m3u8`;

/** The rows of a catalogue, read to the end. */
export async function all(catalogue: Catalogue, signal = new AbortController().signal): Promise<CatalogueRow[]> {
  const rows: CatalogueRow[] = [];
  for await (const row of catalogue.rows({ signal })) rows.push(row);
  return rows;
}

/** Lectures as another system keeps them. */
export function lectures(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    _id: index + 1,
    name: `Lecture ${index + 1}`,
    state: index % 4 === 3 ? 'draft' : 'broadcast',
    seconds: index % 2 === 0 ? 5_400 : 5,
    hls: { master: urlOf(index + 1), notes: 'x'.repeat(50) },
    secret: 'not to be read',
  }));
}

export const lectureFields = { playlistUrl: 'hls.master', title: 'name' };
