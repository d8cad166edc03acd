import { BSON } from 'mongodb';
import type { Collection, Db, Document, FindOptions } from 'mongodb';
import type { MongoFields } from '../../config/values/mongo.ts';
import { FlantsError } from '../../domain/failure.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Catalogue, CatalogueRow, VideoStatus, WriteBackResult } from '../catalogue.ts';
import { watchChanges } from './changes.ts';
import { mongoConnection } from './connection.ts';
import type { MongoConnection } from './connection.ts';
import { idsOf } from '../bson-values.ts';
import { fieldPaths, projectionOf, rowOf } from './documents.ts';
import type { FieldPaths } from './documents.ts';
import { mongoFailure, placeOfUrl } from './errors.ts';
import type { MongoPlace } from './errors.ts';
import { duplicateFinder } from '../row-reader.ts';

/** Connection, documents and fields of a catalogue in MongoDB. */
export interface MongoCatalogueOptions {
  /**
   * Also sets credentials, TLS, read preference and time-outs:
   * https://www.mongodb.com/docs/manual/reference/connection-string/
   */
  readonly url: string;
  /** Default: the database in the URL. */
  readonly database?: string;
  readonly collection: string;
  /** A query in (Extended) JSON. Default: all documents. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** Default: `_id` for the id, and the fields' own names. An id other than `_id` needs an index. */
  readonly fields?: MongoFields;
  /** Paths of more fields to read, for rules. */
  readonly projection?: readonly string[];
  /** Documents in one response of the server. */
  readonly batchSize?: number;
  /** How long to look for a server that answers. Default: what the URL or the driver says. */
  readonly selectionTimeoutMs?: number;
  /** Field to write the status of a video to. Absent: nothing is written. */
  readonly writeBack?: string;
}

const defaultBatchSize = 1000;

/**
 * A catalogue in a collection of MongoDB, or of another server that speaks its protocol. It connects on first use. Rows
 * come in the order of `_id`, each in the state of its document when it is read.
 *
 * @throws {FlantsError} `usage` when URL or filter cannot be parsed, or no database is named
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
  const connection = mongoConnection(options.url, place, options.selectionTimeoutMs);
  const db = connection.client.db(databaseName);
  const paths = fieldPaths(options.fields);
  const reader: MongoReader = {
    place,
    connection,
    paths,
    db,
    collection: db.collection(options.collection),
    filter: filterOf(options.filter ?? {}, place),
    find: {
      projection: projectionOf(paths, options.projection ?? []),
      batchSize: options.batchSize ?? defaultBatchSize,
      sort: { _id: 1 },
      // Numbers keep their types, which belong to ids that are documents.
      promoteValues: false,
    },
  };
  const { writeBack } = options;
  return {
    name: place.name,
    rows: ({ signal }) => allRows(reader, signal),
    watch: ({ signal }) =>
      watchChanges(
        reader.collection,
        {
          place,
          connection,
          ...(writeBack === undefined ? {} : { writeBack }),
          lookUp: (ids, firstRow) => rowsWhere(reader, { _id: { $in: ids } }, firstRow, signal),
        },
        signal,
      ),
    find: (id, { signal }) => findRow(reader, id, signal),
    ...(writeBack === undefined ? {} : { writeBack: (status) => writeStatus(reader, writeBack, status) }),
    close: () => connection.close(),
  };
}

/** The collection, and how to read its documents. */
interface MongoReader {
  readonly place: MongoPlace;
  readonly connection: MongoConnection;
  readonly paths: FieldPaths;
  readonly db: Db;
  readonly collection: Collection;
  readonly filter: Document;
  readonly find: FindOptions;
}

async function* allRows(reader: MongoReader, signal: AbortSignal): AsyncGenerator<CatalogueRow> {
  const { collection, connection, filter, find, paths, place } = reader;
  const checked = duplicateFinder();
  let row = 0;
  try {
    await connection.connect(signal);
    const cursor = collection.find(filter, { ...find, signal });
    for await (const document of cursor) yield checked(rowOf(document, (row += 1), paths));
    signal.throwIfAborted();
    if (row === 0) await assertCollectionExists(reader);
  } catch (error) {
    throw mongoFailure(error, place, signal);
  }
}

/** An empty collection is an empty catalogue, but a collection that does not exist is probably a typing error. */
async function assertCollectionExists({ db, collection, place }: MongoReader): Promise<void> {
  const found = await db.listCollections({}, { nameOnly: true, authorizedCollections: true }).toArray();
  const names = found.map(({ name }) => name);
  if (names.includes(collection.collectionName)) return;
  const others = names.length === 0 ? 'its database has none' : `its database has ${names.slice(0, 10).join(', ')}`;
  throw new FlantsError('catalogue.unreadable', `the catalogue ${place.name} is not there: ${others}`);
}

async function rowsWhere(
  { collection, connection, filter, find, paths, place }: MongoReader,
  condition: Document,
  firstRow: number,
  signal: AbortSignal,
): Promise<readonly CatalogueRow[]> {
  try {
    await connection.connect(signal);
    const cursor = collection.find({ $and: [condition, filter] }, { ...find, signal });
    return (await cursor.toArray()).map((document, index) => rowOf(document, firstRow + index, paths));
  } catch (error) {
    throw mongoFailure(error, place, signal);
  }
}

async function findRow(reader: MongoReader, id: VideoId, signal: AbortSignal): Promise<CatalogueRow | undefined> {
  const [row] = await rowsWhere(reader, { [reader.paths.id]: { $in: idsOf(id) } }, 1, signal);
  return row;
}

/**
 * Replaces the whole field, unless it has a newer status. Also updates documents that the filter no longer selects. Where
 * the id stands for several documents (7 and "7"), the first one is the video: `allRows` refuses the others.
 */
async function writeStatus(
  { collection, connection, paths, place }: MongoReader,
  field: string,
  status: VideoStatus,
): Promise<WriteBackResult> {
  const { id, state, files, destinationUrl } = status;
  const at = new Date(status.at);
  const value = { state, files, ...(destinationUrl === undefined ? {} : { destinationUrl }), at };
  const isThisVideo = { [paths.id]: { $in: idsOf(id) } };
  try {
    await connection.connect();
    const found = await collection.findOne(isThisVideo, {
      projection: { _id: 1 },
      sort: { _id: 1 },
      promoteValues: false,
    });
    if (!found) return 'missing';
    const condition = { ...isThisVideo, _id: found['_id'], [`${field}.at`]: { $not: { $gt: at } } };
    await collection.updateOne(condition, { $set: { [field]: value } });
    return 'done';
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
