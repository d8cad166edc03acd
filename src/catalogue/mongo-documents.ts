import { BSON, Binary, Decimal128, Double, Int32, Long, ObjectId, UUID } from 'mongodb';
import type { Document } from 'mongodb';
import type { MongoFields } from '../config/values/mongo.ts';
import { valueAt } from '../domain/catalogue-rule.ts';
import type { CatalogueRow } from './catalogue.ts';
import { readRow } from './row-reader.ts';

/** Where each part of a submission stands in a document: dotted paths. */
export type FieldPaths = Readonly<Required<MongoFields>>;

const ownPaths: FieldPaths = { id: '_id', playlistUrl: 'playlistUrl', title: 'title', recordedAt: 'recordedAt' };

/** The paths that were set, and for the others the field's own name; `_id` for the id. */
export function fieldPaths(set: MongoFields = {}): FieldPaths {
  return { ...ownPaths, ...set };
}

/** What to read of each document: `_id`, the parts of a submission, and more for rules to look at. */
export function projectionOf(paths: FieldPaths, more: readonly string[]): Document {
  const wanted = new Set(['_id', ...Object.values(paths), ...more].map(beforeIndex));
  // A path together with one above it is refused: https://www.mongodb.com/docs/manual/reference/limits/#projection-restrictions
  const highest = [...wanted].filter((path) => !ancestors(path).some((above) => wanted.has(above)));
  return Object.fromEntries(highest.map((path) => [path, 1]));
}

/** A projection does not lead into the elements of a list: the list is read as a whole. */
function beforeIndex(path: string): string {
  return path.replace(/\.\d+(?:\..*)?$/, '');
}

function ancestors(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
}

/** The row that a document is. */
export function rowOf(document: Document, row: number, paths: FieldPaths): CatalogueRow {
  const fields = plainOf(document) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(paths).map(([name, path]) => [name, valueAt(fields, path)] as const);
  const value = Object.fromEntries(entries.filter(([, found]) => found !== undefined));
  const name = `document ${String(fields['_id'])}`;
  return readRow(row, value, { nameOf: () => name, paths }, fields);
}

/** A value of BSON as JSON would write it: ids as their hex, dates as ISO 8601, numbers too large for a number as text. */
export function plainOf(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (value instanceof ObjectId || value instanceof UUID) return value.toString();
  if (value instanceof Int32 || value instanceof Double) return value.valueOf();
  if (value instanceof Long || value instanceof Decimal128) return value.toString();
  if (value instanceof Binary) return value.toString('base64');
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  if ('_bsontype' in value) return BSON.EJSON.serialize(value);
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, plainOf(inside)]));
}

/** The values of BSON that `plainOf` makes this id of. */
export function idsOf(id: string): readonly unknown[] {
  const number = Number(id);
  return [
    id,
    ...(/^[0-9a-f]{24}$/.test(id) ? [new ObjectId(id)] : []),
    ...(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? [new UUID(id)] : []),
    ...(Number.isSafeInteger(number) && String(number) === id ? [number] : []),
  ];
}
