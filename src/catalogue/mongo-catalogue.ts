import { BSON } from 'mongodb';
import type { Collection, Db, Document } from 'mongodb';
import type { MongoFields } from '../config/values/mongo.ts';
import { FlantsError } from '../domain/failure.ts';
import type { VideoId } from '../domain/video.ts';
import type { Catalogue, CatalogueRow, VideoNews } from './catalogue.ts';
import { watchChanges } from './mongo-changes.ts';
import { mongoConnection } from './mongo-connection.ts';
import type { MongoConnection } from './mongo-connection.ts';
import { fieldPaths, idsOf, projectionOf, rowOf } from './mongo-documents.ts';
import type { FieldPaths } from './mongo-documents.ts';
import { mongoFailure, placeOfUrl } from './mongo-errors.ts';
import type { MongoPlace } from './mongo-errors.ts';
import { duplicateFinder } from './row-reader.ts';

/** Which documents are the catalogue, and where in them a video stands. */
export interface MongoCatalogueOptions {
  /** Credentials, TLS, read preference and time-outs are its business: https://www.mongodb.com/docs/manual/reference/connection-string/ */
  readonly url: string;
  /** Defaults to the one in the URL. */
  readonly database?: string;
  readonly collection: string;
  /** A query as JSON, with Extended JSON for what JSON cannot say; defaults to all documents. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Defaults to `_id`, and to the names themselves. An id that is not `_id` wants an index. */
  readonly fields?: MongoFields;
  /** Paths of further fields to read, for rules. */
  readonly projection?: readonly string[];
  /** Documents in one answer of the server. */
  readonly batchSize?: number;
  /** Field to write what became of a video to; absent: nothing is written. */
  readonly writeBack?: string;
}

const defaultBatchSize = 1000;

/**
 * A catalogue in a collection of MongoDB, or of another server that speaks its protocol. No connection is made before
 * something is asked. Rows come in the order of `_id`, each document as it is when it is read.
 *
 * @throws {FlantsError} `usage` when URL or filter cannot be understood, or no database is named
 */
export function openMongoCatalogue(options: MongoCatalogueOptions): Catalogue {
  const { hosts, database, secrets } = placeOfUrl(options.url);
  const databaseName = options.database ?? database;
  if (databaseName === undefined) {
    throw new FlantsError(
      'usage',
      `the catalogue mongodb://${hosts} names no database: add it to the URL, behind the hosts`,
    );
  }
  const place: MongoPlace = {
    name: `mongodb://${hosts}/${databaseName}.${options.collection}`,
    redact: (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text),
  };
  const connection = mongoConnection(options.url, place);
  const db = connection.client.db(databaseName);
  const paths = fieldPaths(options.fields);
  const reading: Reading = {
    place,
    connection,
    paths,
    db,
    collection: db.collection(options.collection),
    filter: filterOf(options.filter ?? {}, place),
    find: {
      projection: projectionOf(paths, options.projection ?? []),
      batchSize: options.batchSize ?? defaultBatchSize,
    },
  };
  const { writeBack } = options;
  return {
    name: place.name,
    rows: ({ signal }) => allRows(reading, signal),
    watch: ({ signal }) =>
      watchChanges(
        reading.collection,
        {
          place,
          connection,
          ...(writeBack === undefined ? {} : { writeBack }),
          lookUp: (ids, firstRow) => rowsWhere(reading, { _id: { $in: ids } }, firstRow, signal),
        },
        signal,
      ),
    find: (id, { signal }) => findRow(reading, id, signal),
    ...(writeBack === undefined ? {} : { tell: (news) => writeNews(reading, writeBack, news) }),
    close: () => connection.close(),
  };
}

/** How documents are read. */
interface Reading {
  readonly place: MongoPlace;
  readonly connection: MongoConnection;
  readonly paths: FieldPaths;
  readonly db: Db;
  readonly collection: Collection;
  readonly filter: Document;
  readonly find: { readonly projection: Document; readonly batchSize: number };
}

async function* allRows(reading: Reading, signal: AbortSignal): AsyncGenerator<CatalogueRow> {
  const { collection, connection, filter, find, paths, place } = reading;
  const checked = duplicateFinder();
  let row = 0;
  try {
    await connection.connect(signal);
    const cursor = collection.find(filter, { ...find, sort: { _id: 1 }, signal });
    for await (const document of cursor) yield checked(rowOf(document, (row += 1), paths));
    signal.throwIfAborted();
    if (row === 0) await assertThere(reading);
  } catch (error) {
    throw mongoFailure(error, place, signal);
  }
}

/** An empty collection is an empty catalogue; one that nobody ever made is a slip of the pen. */
async function assertThere({ db, collection, place }: Reading): Promise<void> {
  const found = await db.listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
  const names = found.map(({ name }) => name);
  if (names.includes(collection.collectionName)) return;
  const others = names.length === 0 ? 'its database has none' : `its database has ${names.slice(0, 10).join(', ')}`;
  throw new FlantsError('catalogue.unreadable', `the catalogue ${place.name} is not there: ${others}`);
}

async function rowsWhere(
  { collection, connection, filter, find, paths, place }: Reading,
  condition: Document,
  firstRow: number,
  signal: AbortSignal,
): Promise<readonly CatalogueRow[]> {
  try {
    await connection.connect(signal);
    const cursor = collection.find({ $and: [condition, filter] }, { ...find, sort: { _id: 1 }, signal });
    return (await cursor.toArray()).map((document, index) => rowOf(document, firstRow + index, paths));
  } catch (error) {
    throw mongoFailure(error, place, signal);
  }
}

async function findRow(reading: Reading, id: VideoId, signal: AbortSignal): Promise<CatalogueRow | undefined> {
  const [row] = await rowsWhere(reading, { [reading.paths.id]: { $in: idsOf(id) } }, 1, signal);
  return row;
}

/** Replaces the field as a whole, unless it holds newer news. A document that the filter leaves out by now is told, too. */
async function writeNews(
  { collection, connection, paths, place }: Reading,
  field: string,
  news: VideoNews,
): Promise<void> {
  const { id, state, files, destinationUrl } = news;
  const at = new Date(news.at);
  const told = { state, files, ...(destinationUrl === undefined ? {} : { destinationUrl }), at };
  const condition = { [paths.id]: { $in: idsOf(id) }, [`${field}.at`]: { $not: { $gt: at } } };
  try {
    await connection.connect();
    await collection.updateOne(condition, { $set: { [field]: told } });
  } catch (error) {
    throw mongoFailure(error, place);
  }
}

function filterOf(filter: Readonly<Record<string, unknown>>, { name }: MongoPlace): Document {
  try {
    return BSON.EJSON.deserialize(filter) as Document;
  } catch (error) {
    throw new FlantsError('usage', `the filter of the catalogue ${name} is not understood: ${String(error)}`);
  }
}
