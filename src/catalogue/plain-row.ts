import type { CatalogueRow } from './catalogue.ts';
import { readRow } from './row-reader.ts';
import type { RowForm } from './row-reader.ts';

/**
 * Reads a row of JSON without the library for Extended JSON, which takes its time to load: as `readExtendedRow` does, if no
 * value in it begins like one of Extended JSON, and its id is text. Undefined otherwise.
 */
export function readPlainRow(row: number, value: unknown, form: RowForm): CatalogueRow | undefined {
  if (!isObject(value) || !isPlain(value)) return undefined;
  const id = value['id'] ?? value['_id'];
  return typeof id === 'string' ? readRow(row, { ...value, id: id.trim() }, form, value) : undefined;
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  return !isObject(value) || Object.entries(value).every(([name, inside]) => !name.startsWith('$') && isPlain(inside));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
