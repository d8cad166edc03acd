import type { Document } from 'mongodb';
import type { MongoFields } from '../../config/values/mongo.ts';
import { shown, valueAt } from '../../domain/catalogue-rule.ts';
import { idText, plainOf } from '../bson-values.ts';
import type { CatalogueRow } from '../catalogue.ts';
import { readRow } from '../row-reader.ts';

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

/** Reads a document, whose numbers must still have their BSON types (`promoteValues: false`), as a row. */
export function rowOf(document: Document, row: number, paths: FieldPaths): CatalogueRow {
  const fields = plainOf(document) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(paths).map(([name, path]) => [name, valueAt(fields, path)] as const);
  const value = Object.fromEntries(entries.filter(([, found]) => found !== undefined));
  const name = `document ${idText(document['_id']) ?? shown(fields['_id'])}`;
  const id = idText(valueAt(document, paths.id)) ?? withoutText(value['id']);
  return readRow(row, { ...value, ...(id === undefined ? {} : { id }) }, { nameOf: () => name, paths }, fields);
}

/** A value that is no id, such as a date beyond all calendars, for the message about it. */
function withoutText(value: unknown): unknown {
  return typeof value === 'string' ? Number.NaN : value;
}
