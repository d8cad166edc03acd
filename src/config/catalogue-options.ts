import { parseRule } from '../domain/catalogue-rule.ts';
import type { CatalogueRule } from '../domain/catalogue-rule.ts';
import type { VideoSelection } from '../domain/video-selection.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import type { ClusterSource } from './values/cluster-source.ts';
import type { MongoFields } from './values/mongo.ts';
import { selectionOf } from './values/selection.ts';

type Parsed = ParsedOptions<'scanner'>;

/** Sources of videos, and the rules that select from them. */
export interface CatalogueOptions {
  /** May be empty in roles other than the scanner. */
  readonly sources: readonly ClusterSource[];
  /** A video is selected if all of them hold. */
  readonly rules: readonly CatalogueRule[];
  /** Videos that it leaves out are not refused. */
  readonly selection: VideoSelection;
  readonly scanEveryMs: number;
  /** Absent: never. */
  readonly deltaEveryMs?: number;
  readonly freshWindowMs: number;
  /** Follow the change feed between scans. */
  readonly watch: boolean;
  /** For the sources in MongoDB. */
  readonly mongo: {
    /** Absent: the database in the URL. */
    readonly database?: string;
    readonly collection: string;
    /** JSON in which Extended JSON is not resolved yet. Absent: all documents. */
    readonly filter?: Readonly<Record<string, unknown>>;
    /** Dotted paths. */
    readonly fields: MongoFields;
    /** Dotted paths to read beside `fields`. */
    readonly projection: readonly string[];
    readonly batchSize: number;
    /** Dotted path to write the status of a video to. Absent: nothing is written. */
    readonly writeBack?: string;
  };
}

/** Checks and freezes what a catalogue is read by. */
export function catalogueOptionsOf(parsed: Parsed, sources: readonly ClusterSource[]): CatalogueOptions {
  const { deltaEvery } = parsed;
  return Object.freeze({
    sources: Object.freeze(sources),
    rules: Object.freeze(parsed.rule.map(parseRule)),
    selection: selectionOf(parsed),
    scanEveryMs: parsed.scanEvery,
    ...(deltaEvery === 'never' ? {} : { deltaEveryMs: deltaEvery }),
    freshWindowMs: parsed.freshWindow,
    watch: parsed.watch,
    mongo: mongoOptionsOf(parsed),
  });
}

/** How to read sources in MongoDB. */
export function mongoOptionsOf(
  parsed: Pick<
    Parsed,
    'mongoDatabase' | 'mongoCollection' | 'mongoFilter' | 'mongoFields' | 'mongoProjection' | 'mongoBatchSize'
  > &
    Pick<Partial<Parsed>, 'writeBack'>,
): CatalogueOptions['mongo'] {
  const { mongoDatabase: database, mongoFilter: filter, writeBack } = parsed;
  return Object.freeze({
    ...(database === undefined ? {} : { database }),
    collection: parsed.mongoCollection,
    ...(filter === undefined ? {} : { filter }),
    fields: Object.freeze(parsed.mongoFields),
    projection: Object.freeze(parsed.mongoProjection),
    batchSize: parsed.mongoBatchSize,
    ...(writeBack === undefined ? {} : { writeBack }),
  });
}
