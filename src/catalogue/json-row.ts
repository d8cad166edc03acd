import type { CatalogueRow } from './catalogue.ts';
import { readPlainRow } from './plain-row.ts';
import type { RowForm } from './row-reader.ts';

/** Reads a row of JSON. The library for Extended JSON is loaded for the first row that wants it. */
export function readJsonRow(row: number, value: unknown, form: RowForm): CatalogueRow | Promise<CatalogueRow> {
  return readPlainRow(row, value, form) ?? readOther(row, value, form);
}

async function readOther(row: number, value: unknown, form: RowForm): Promise<CatalogueRow> {
  const { readExtendedRow } = await import('./extended-row.ts');
  return readExtendedRow(row, value, form);
}
