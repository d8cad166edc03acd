import { BSON, Binary, Decimal128, Double, Int32, Long, ObjectId, UUID } from 'mongodb';
import type { Document } from 'mongodb';
import type { MongoFields } from '../config/values/mongo.ts';
import { valueAt } from '../domain/catalogue-rule.ts';
import type { CatalogueRow } from './catalogue.ts';
import { readRow } from './row-reader.ts';

/** Dotted paths of a submission's fields in a document. */
export type FieldPaths = Readonly<Required<MongoFields>>;

const defaultPaths: FieldPaths = { id: '_id', playlistUrl: 'playlistUrl', title: 'title', recordedAt: 'recordedAt' };

/** The configured paths, completed by defaults: the field's own name, and `_id` for the id. */
export function fieldPaths(set: MongoFields = {}): FieldPaths {
  return { ...defaultPaths, ...set };
}

/** The projection that reads `_id`, the fields of a submission, and more fields for rules. */
export function projectionOf(paths: FieldPaths, more: readonly string[]): Document {
  const wanted = new Set(['_id', ...Object.values(paths), ...more].map(beforeIndex));
  // MongoDB refuses a path together with one of its parents:
  // https://www.mongodb.com/docs/manual/reference/limits/#projection-restrictions
  const topmost = [...wanted].filter((path) => !ancestors(path).some((ancestor) => wanted.has(ancestor)));
  return Object.fromEntries(topmost.map((path) => [path, 1]));
}

/** Cuts a path before a list index: a projection cannot select an element, so the whole list is read. */
function beforeIndex(path: string): string {
  return path.replace(/\.\d+(?:\..*)?$/, '');
}

function ancestors(path: string): string[] {
  const names = path.split('.');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
}

/** Reads a document as a row. */
export function rowOf(document: Document, row: number, paths: FieldPaths): CatalogueRow {
  const fields = plainOf(document) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(paths).map(([name, path]) => [name, valueAt(fields, path)] as const);
  const value = Object.fromEntries(entries.filter(([, found]) => found !== undefined));
  const name = `document ${String(fields['_id'])}`;
  return readRow(row, value, { nameOf: () => name, paths }, fields);
}

/**
 * Converts a BSON value to plain JSON: ids to hex, dates to ISO 8601, numbers that are too large for a `number` to
 * text.
 */
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

/** The BSON values that `plainOf` converts to this id. MongoDB compares numbers of all types by value. */
export function idsOf(id: string): readonly unknown[] {
  const candidates = [
    ...(/^[0-9a-f]{24}$/.test(id) ? [new ObjectId(id)] : []),
    ...(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? [new UUID(id)] : []),
    ...(Number.isFinite(Number(id)) ? [Number(id)] : []),
    ...(/^-?\d{1,19}$/.test(id) ? [Long.fromString(id)] : []),
    ...(/^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$/.test(id) && id.length <= maxDecimalLength ? [Decimal128.fromString(id)] : []),
    ...(id === '' ? [] : [new Binary(Buffer.from(id, 'base64'))]),
  ];
  return [id, ...candidates.filter((candidate) => String(plainOf(candidate)) === id)];
}

/** Of 34 digits, which a Decimal128 holds exactly; `fromString` throws beyond. */
const maxDecimalLength = 34;
