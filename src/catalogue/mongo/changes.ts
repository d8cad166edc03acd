import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeStream, ChangeStreamDocument, Collection, Document } from 'mongodb';
import { FlantsError } from '../../domain/failure.ts';
import { untilAborted } from '../../domain/waiting/until-aborted.ts';
import type { CatalogueRow, CatalogueWatch } from '../catalogue.ts';
import type { MongoConnection } from './connection.ts';
import { mongoFailure, refusalOfStream } from './errors.ts';
import type { MongoPlace } from './errors.ts';

/** Most changes to look up in one query. */
const maxChangesPerQuery = 100;
/** Servers delay an empty response for a second. The pause bounds the polling of a server that does not. */
const pauseMs = 100;

/** Reduces a change to the id of its document and the names of the fields that were written. */
const pipeline: Document[] = [
  { $match: { operationType: { $in: ['insert', 'update', 'replace'] } } },
  { $project: { operationType: 1, documentKey: 1, updateDescription: 1, 'fullDocument._id': 1 } },
];

/** Ports and settings for turning changes into rows. */
export interface ChangeReader {
  readonly place: MongoPlace;
  readonly connection: MongoConnection;
  /** The field that FLAnts writes to. Updates that touch nothing else are ignored. */
  readonly writeBack?: string;
  /** Reads the current rows of documents. Documents that the filter does not select have none. */
  readonly lookUp: (ids: readonly unknown[], firstRow: number) => Promise<readonly CatalogueRow[]>;
}

/**
 * Opens a change stream. No change is missed once this resolves. The driver resumes the stream after short connection
 * losses.
 *
 * @throws {FlantsError} `catalogue.unreadable` when no server answers
 */
export async function watchChanges(
  collection: Collection,
  reader: ChangeReader,
  signal: AbortSignal,
): Promise<CatalogueWatch> {
  // Some servers that speak the protocol identify an updated document only by `fullDocument`, and only on request.
  const stream = collection.watch(pipeline, { fullDocument: 'updateLookup' });
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await stream.close().catch(() => undefined);
  };
  // Closes the stream also if the feed is never read.
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await reader.connection.connect(signal);
    const first = await untilAborted(stream.tryNext(), signal);
    return { kind: 'open', rows: closingAfter(changedRows(stream, first, reader, signal), close) };
  } catch (error) {
    await close();
    const reason = signal.aborted ? undefined : refusalOfStream(error, reader.place);
    if (reason !== undefined) return { kind: 'unavailable', reason };
    throw mongoFailure(error, reader.place, signal);
  }
}

async function* changedRows(
  stream: ChangeStream,
  first: ChangeStreamDocument | null,
  reader: ChangeReader,
  signal: AbortSignal,
): AsyncGenerator<CatalogueRow> {
  let change = first;
  let row = 1;
  try {
    while (!signal.aborted) {
      const changes = change ? [change] : [];
      while (change && changes.length < maxChangesPerQuery && stream.bufferedCount() > 0) {
        change = await stream.tryNext();
        if (change) changes.push(change);
      }
      const ids = changes.flatMap((each) => idOf(each, reader.writeBack));
      if (ids.length > 0) {
        const rows = await reader.lookUp(ids, row);
        row += rows.length;
        yield* rows;
      }
      if (changes.length === 0) await sleep(pauseMs, undefined, { signal });
      change = await untilAborted(stream.tryNext(), signal);
      if (stream.closed && !signal.aborted) {
        throw new FlantsError('catalogue.unreadable', `the catalogue ${reader.place.name} told of no more changes`);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw mongoFailure(error, reader.place);
  }
}

async function* closingAfter(
  rows: AsyncIterable<CatalogueRow>,
  close: () => Promise<void>,
): AsyncGenerator<CatalogueRow> {
  try {
    yield* rows;
  } finally {
    await close();
  }
}

/** The id of the changed document. Empty if the change is to be ignored. */
function idOf(change: ChangeStreamDocument, writeBack: string | undefined): readonly unknown[] {
  const { documentKey, fullDocument, updateDescription } = change as ChangedDocument;
  if (writeBack !== undefined && updateDescription && touchesOnly(updateDescription, writeBack)) return [];
  const id: unknown = documentKey?.['_id'] ?? fullDocument?.['_id'];
  return id === undefined ? [] : [id];
}

/** A change as the pipeline reduces it. */
interface ChangedDocument {
  readonly documentKey?: Document;
  readonly fullDocument?: Document | null;
  readonly updateDescription?: UpdateDescription;
}

/** https://www.mongodb.com/docs/manual/reference/change-events/update/ */
interface UpdateDescription {
  readonly updatedFields?: Readonly<Record<string, unknown>>;
  readonly removedFields?: readonly string[];
}

/** Whether an update only wrote this field, or fields within it. */
export function touchesOnly({ updatedFields = {}, removedFields = [] }: UpdateDescription, field: string): boolean {
  const paths = [...Object.keys(updatedFields), ...removedFields];
  return paths.length > 0 && paths.every((path) => path === field || path.startsWith(`${field}.`));
}
