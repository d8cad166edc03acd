import { fromExtended, idText, plainOf } from './bson-values.ts';
import type { CatalogueRow } from './catalogue.ts';
import { readRow } from './row-reader.ts';
import type { RowForm } from './row-reader.ts';

/**
 * Reads a row of JSON, in which values may be Extended JSON. Its id is the one that the same document has in a catalogue
 * in MongoDB, except that blanks around text do not count. Without `id`, `_id` counts.
 */
export function readExtendedRow(row: number, value: unknown, form: RowForm): CatalogueRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return readRow(row, value, form);
  const typed = fromExtended(value) as Readonly<Record<string, unknown>>;
  const fields = plainOf(typed) as Readonly<Record<string, unknown>>;
  const idField = (fields['id'] ?? undefined) === undefined && fields['_id'] !== undefined ? '_id' : 'id';
  const id = idText(typed[idField])?.trim() ?? fields[idField];
  return readRow(row, { ...fields, id }, form, fields);
}
