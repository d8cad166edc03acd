import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeStream, ChangeStreamDocument, Collection, Document } from 'mongodb';
import { FlantsError } from '../domain/failure.ts';
import type { CatalogueRow, CatalogueWatch } from './catalogue.ts';
import { untilAborted } from './mongo-connection.ts';
import type { MongoConnection } from './mongo-connection.ts';
import { mongoFailure, refusalOfStream } from './mongo-errors.ts';
import type { MongoPlace } from './mongo-errors.ts';

/** Changes that are looked up in one query. */
const maxTogether = 100;
/** Servers hold an empty answer back for a second; one that does not is not asked without pause. */
const pauseMs = 100;

/** What may be kept of a change: which document it is of, and which of its fields were written. */
const pipeline: Document[] = [
  { $match: { operationType: { $in: ['insert', 'update', 'replace'] } } },
  { $project: { operationType: 1, documentKey: 1, updateDescription: 1, 'fullDocument._id': 1 } },
];

/** How changes become rows. */
export interface ChangeReader {
  readonly place: MongoPlace;
  readonly connection: MongoConnection;
  /** Field that is written by this program: changes of nothing else are passed over. */
  readonly writeBack?: string;
  /** The rows of these documents as they are now, read as all rows are: what the filter leaves out has none. */
  readonly lookUp: (ids: readonly unknown[], firstRow: number) => Promise<readonly CatalogueRow[]>;
}

/**
 * Opens a change stream; it stands when this resolves. The driver resumes it after short losses.
 *
 * @throws {FlantsError} `catalogue.unreadable` where no server answers
 */
export async function watchChanges(
  collection: Collection,
  reader: ChangeReader,
  signal: AbortSignal,
): Promise<CatalogueWatch> {
  // Some servers that speak the protocol name the document of an update in `fullDocument` alone, and only when asked for it.
  const stream = collection.watch(pipeline, { fullDocument: 'updateLookup' });
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await stream.close().catch(() => undefined);
  };
  // Also for a feed that nobody reads.
  const onAbort = (): void => void close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await reader.connection.connect(signal);
    const first = await untilAborted(stream.tryNext(), signal);
    return { kind: 'open', rows: closing(changedRows(stream, first, reader, signal), close) };
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
      while (change && changes.length < maxTogether && stream.bufferedCount() > 0) {
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

async function* closing(rows: AsyncIterable<CatalogueRow>, close: () => Promise<void>): AsyncGenerator<CatalogueRow> {
  try {
    yield* rows;
  } finally {
    await close();
  }
}

/** The id of the document that has changed; none of a change that is passed over. */
function idOf(change: ChangeStreamDocument, writeBack: string | undefined): readonly unknown[] {
  const { documentKey, fullDocument, updateDescription } = change as ChangedDocument;
  if (writeBack !== undefined && updateDescription && touchesOnly(updateDescription, writeBack)) return [];
  const id: unknown = documentKey?.['_id'] ?? fullDocument?.['_id'];
  return id === undefined ? [] : [id];
}

/** As the pipeline leaves them. */
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

/** Whether an update wrote this field, or fields within it, and nothing else. */
export function touchesOnly({ updatedFields = {}, removedFields = [] }: UpdateDescription, field: string): boolean {
  const paths = [...Object.keys(updatedFields), ...removedFields];
  return paths.length > 0 && paths.every((path) => path === field || path.startsWith(`${field}.`));
}
