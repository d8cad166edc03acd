import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EJSON } from 'bson';
import { MongoClient } from 'mongodb';
import type { Collection, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalogue, CatalogueRow } from '../../src/catalogue/catalogue.ts';
import { openFileCatalogue } from '../../src/catalogue/file-catalogue.ts';
import { openMongoCatalogue } from '../../src/catalogue/mongo/catalogue.ts';
import { catalogueShapes } from '../contract/catalogue-shapes.ts';
import type { CatalogueShape } from '../contract/catalogue-shapes.ts';
import { hasMongo, startMongo } from '../servers/mongo.ts';
import type { Mongo } from '../servers/mongo.ts';

const never = new AbortController().signal;
const cases = (shapes: readonly CatalogueShape[]): [string, CatalogueShape][] =>
  shapes.map((shape) => [shape.name, shape]);

async function all(catalogue: Catalogue): Promise<CatalogueRow[]> {
  const rows: CatalogueRow[] = [];
  for await (const row of catalogue.rows({ signal: never })) rows.push(row);
  return rows;
}

/** What a catalogue that names its rows in this way makes of the document. */
function expectedRow({ taken, refused }: CatalogueShape, named: (reason: string) => string): unknown {
  if (!taken) {
    const message = expect.stringContaining(named(refused ?? '')) as unknown;
    return { kind: 'refused', failure: { code: 'catalogue.row', message } };
  }
  const { warning, ...submission } = taken;
  const message = warning === undefined ? {} : { warning: expect.stringContaining(warning) as unknown };
  return { kind: 'video', submission: { playlistUrl: 'https://cdn.example/a.m3u8', ...submission }, ...message };
}

function ofRow(row: CatalogueRow | undefined): unknown {
  if (row?.kind !== 'video') return row;
  const { kind, submission, warning } = row;
  return { kind, submission, ...(warning === undefined ? {} : { warning }) };
}

describe.skipIf(!hasMongo)('a document in MongoDB', () => {
  let server: Mongo;
  let client: MongoClient;
  let database: string;
  beforeAll(async () => {
    server = await startMongo();
    client = new MongoClient(server.url);
    database = `flants-test-${randomUUID()}`;
  });
  afterAll(async () => {
    await client?.db(database).dropDatabase();
    await client?.close();
    await server?.stop();
  });

  it.each(cases(catalogueShapes))('with %s is taken and told of, or refused by its name', async (_, shape) => {
    const collection: Collection = client.db(database).collection(randomUUID());
    // One that comes before all others, and one that comes after them.
    const otherIds = shape.fields ? [] : [-1e9, new Date('2999-01-01')];
    const others = otherIds.map((_id) => ({ _id, playlistUrl: 'https://cdn.example/b.m3u8' }));
    await collection.insertMany([...others, shape.document] as unknown as Document[]);
    const catalogue = openMongoCatalogue({
      url: server.url,
      database,
      collection: collection.collectionName,
      writeBack: 'flants',
      ...(shape.fields ? { fields: shape.fields } : {}),
    });
    try {
      const rows = await all(catalogue);
      const row = rows.find((each) => each.kind === 'refused' || !each.submission.playlistUrl.endsWith('/b.m3u8'));
      expect(rows).toHaveLength(others.length + 1);
      expect(ofRow(row)).toMatchObject(expectedRow(shape, (reason) => reason) as object);
      if (!shape.taken) return;

      const { id } = shape.taken;
      expect(ofRow(await catalogue.find?.(id, { signal: never }))).toEqual(ofRow(row));
      const files = { total: 2, done: 2, failed: 0, accepted: 0 };
      const status = { id, state: 'published', files, at: '2026-11-23T08:00:00.000Z' } as const;
      expect(await catalogue.writeBack?.(status)).toBe('done');
      const told = await collection.find({ 'flants.state': 'published' }, { promoteValues: false }).toArray();
      expect(told.map((document) => EJSON.stringify(document['_id']))).toEqual([
        EJSON.stringify(shape.document['_id']),
      ]);
    } finally {
      await catalogue.close();
    }
  });
});

function hasLongNumber(json: string): boolean {
  return /[:[]-?\d{16}/.test(json);
}

describe('a row of a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-shapes-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const shapes = catalogueShapes.filter(({ fields }) => !fields);
  const read = async (text: string): Promise<CatalogueRow[]> => {
    const path = join(folder, randomUUID());
    await writeFile(path, text);
    return all(openFileCatalogue(path));
  };
  /** A file names its rows by number, and an id by the field's own name. */
  const named = (reason: string): string => reason.slice(reason.indexOf(' has ')).replace('id (_id)', 'id');

  it.each(cases(shapes))('with %s, as mongoexport writes it, is taken or refused with the reason', async (_, shape) => {
    const expected = expectedRow(shape, named);
    for (const relaxed of [false, true]) {
      const line = EJSON.stringify(shape.document, { relaxed });
      // The relaxed form of the library, unlike that of mongoexport, loses digits.
      if (relaxed && hasLongNumber(line)) continue;
      expect((await read(line)).map(ofRow)).toMatchObject([expected]);
      expect((await read(`[${line}]`)).map(ofRow)).toMatchObject([expected]);
    }
  });

  it('with all digits of a number has them in its id', async () => {
    const text = '{"id": 9007199254740993, "url": "https://cdn.example/a.m3u8", "n": -12345678901234567890}';
    expect(await read(text)).toMatchObject([
      { submission: { id: '9007199254740993' }, fields: { n: '-12345678901234567890' } },
    ]);
  });
});
