import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { MiB } from '../domain/units.ts';
import type { CatalogueRow } from './catalogue.ts';
import { unreadable } from './file-errors.ts';
import { playlistUrlOf } from './playlist-url.ts';
import { playlistNames, readRow, refusedRow } from './row-reader.ts';
import { idOfPlaylist } from './single-catalogue.ts';

/** A record, and the number of lines up to its end. */
interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const maxRecordBytes = MiB;
/** Spreadsheets write the separator of their country. */
const separators = [',', ';', '\t'] as const;

/**
 * Reads the rows of a CSV file (RFC 4180): the first line names the columns, as the fields of a JSON row are named, and
 * an empty cell is a field that is not there. The separator is a comma, semicolon or tab, whichever the first line has most
 * of. Rows are numbered by the line on which they begin. Without a column for ids, a video has the id that its playlist
 * would have on the command line.
 *
 * A quote out of place ends the reading, since nobody knows where the next row begins.
 *
 * @param folder - base of relative playlist paths
 * @throws {FlantsError} `catalogue.unreadable`, with the line
 */
export async function* csvRows(
  path: string,
  name: string,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): AsyncGenerator<CatalogueRow> {
  const decoded = decodedText(path, name, signal);
  const start = await startOf(decoded);
  if (start.text.trim() === '') return;
  const parser = pipeline(
    start.whole,
    parse({
      bom: true,
      info: true,
      delimiter: separatorOf(start.text),
      relax_column_count: true,
      trim: true,
      max_record_size: maxRecordBytes,
    }),
    // The parser throws what it finds wrong to whoever reads it.
    () => {},
  );
  let columns: readonly string[] | undefined;
  let endLine = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const line = endLine + 1;
      endLine = info.lines;
      // Spreadsheets end with rows of nothing but separators.
      if (record.every((cell) => cell === '')) continue;
      if (columns === undefined) columns = columnsOf(record, name);
      else yield rowOf(record, { line, columns, folder });
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadable(name, `is broken at line ${lineOf(error, endLine)}: ${faultOf(error)}`, error);
  }
}

function rowOf(
  cells: readonly string[],
  { line, columns, folder }: { readonly line: number; readonly columns: readonly string[]; readonly folder: string },
): CatalogueRow {
  if (cells.length !== columns.length) {
    const lacks = cells.length < columns.length ? 'only ' : '';
    return refusedRow(line, `line ${line} has ${lacks}${countOf(cells.length)}, and the first line ${columns.length}`);
  }
  const entries = columns.map((column, at) => [column, cells[at] ?? ''] as const);
  const fields = Object.fromEntries(entries.filter(([column, cell]) => column !== '' && cell !== ''));
  const derived = columns.includes('id') ? undefined : derivedId(fields, folder);
  const form = { folder, nameOf: () => `line ${line}` };
  return readRow(line, derived === undefined ? fields : { ...fields, id: derived }, form, fields);
}

function derivedId(fields: Readonly<Record<string, string>>, folder: string): string | undefined {
  const location = playlistNames.map((field) => fields[field]).find((found) => found !== undefined);
  const url = location === undefined ? undefined : playlistUrlOf(location, folder);
  return url && idOfPlaylist(url);
}

function columnsOf(record: readonly string[], name: string): readonly string[] {
  const doubled = record.find((column, at) => column !== '' && record.indexOf(column) !== at);
  if (doubled !== undefined) throw unreadable(name, `names the column ${JSON.stringify(doubled)} twice`);
  if (record.some((column) => playlistNames.some((known) => known === column))) return record;
  throw unreadable(
    name,
    `does not say which column is the playlist: its first line must name the columns, such as id,playlistUrl,title,recordedAt`,
  );
}

/** The separator that the first line has most of, outside of quotes. */
function separatorOf(text: string): string {
  const line = text.replaceAll(/"[^"]*"/g, '').split(/\r?\n|\r/, 1)[0] ?? '';
  const counts = separators.map((separator) => line.split(separator).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The beginning of a text, of at least a line where it has one, and the whole of it. */
async function startOf(
  chunks: AsyncGenerator<string>,
): Promise<{ readonly text: string; readonly whole: AsyncGenerator<string> }> {
  let text = '';
  while (!/\S[^\n\r]*[\n\r]/.test(text) && text.length < maxRecordBytes) {
    const next = await chunks.next();
    if (next.done) break;
    text += next.value;
  }
  async function* whole(): AsyncGenerator<string> {
    yield text;
    yield* chunks;
  }
  return { text: text.trimStart(), whole: whole() };
}

async function* decodedText(path: string, name: string, signal: AbortSignal): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? '';
    } catch (error) {
      throw unreadable(name, 'is not UTF-8: save it as "CSV UTF-8"', error);
    }
  };
  for await (const bytes of createReadStream(path, { signal }) as AsyncIterable<Buffer>) {
    // Spreadsheets write "Unicode text" as UTF-16, with a byte order mark.
    decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true });
    yield decode(bytes);
  }
  yield decode();
}

function lineOf(error: CsvError, endLine: number): number {
  // Of a quote that is never closed, the parser names the last line of the file, and a person wants the first.
  if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE') return endLine + 1;
  const { lines } = error as CsvError & { readonly lines?: number };
  return lines ?? endLine + 1;
}

/** Never quotes the cell: it may be a URL with a token. */
function faultOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote (") is opened in this row and never closed';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'text follows a closing quote ("); a quote within quotes is written twice';
    case 'INVALID_OPENING_QUOTE':
      return 'a quote (") stands in a cell that does not begin with one; put the cell in quotes, and write this one twice';
    case 'CSV_MAX_RECORD_SIZE':
      return 'a row is longer than 1 MiB; perhaps a quote (") is never closed';
    default:
      return `it is no CSV (${code})`;
  }
}

function countOf(cells: number): string {
  return cells === 1 ? '1 cell' : `${cells} cells`;
}
