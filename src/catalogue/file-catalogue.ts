import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FlantsError } from '../domain/failure.ts';
import { KiB, MiB } from '../domain/units.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';
import { csvRows } from './csv-rows.ts';
import { asFailure, unreadable } from './file-errors.ts';
import { linesOf } from './file-catalogue-lines.ts';
import type { Line } from './file-catalogue-lines.ts';
import { readJsonRow } from './json-row.ts';
import { parseJson } from './json-text.ts';
import { duplicateFinder, refusedRow } from './row-reader.ts';

/** A JSON document is read into memory as a whole. NDJSON files may be larger. */
const maxDocumentBytes = 256 * MiB;
const maxLineBytes = MiB;
/** With more lines than this before the first that is JSON, the file is something else. */
const maxLeadingBadLines = 100;

/**
 * A catalogue in a file: a JSON array of rows, an object with such an array in `videos`, NDJSON with one row per line, or
 * CSV if its name ends in `.csv` or `.tsv` (`csvRows`). The formats of JSON are recognised by the content. Rows of NDJSON are numbered by line. Memory holds the current line and
 * all ids, about 100 bytes per row.
 *
 * Fields: `id`, `playlistUrl` (or `playlist_url`, `url`, `playlist`: a URL, or a path relative to the catalogue's
 * folder) and, optionally, `title` and `recordedAt` (or `recorded_at`). Without `id`, `_id` counts. Values may be
 * written in Extended JSON, as `mongoexport` writes them, and ids are the same as those of a catalogue in MongoDB.
 */
export function openFileCatalogue(path: string, { folder, name = path }: FileCatalogueOptions = {}): Catalogue {
  const place = { path: resolve(path), name, folder: folder ?? dirname(resolve(path)) };
  return { name, rows: ({ signal }) => rowsOf(place, signal), close: async () => {} };
}

/** What differs from a file that people named. */
export interface FileCatalogueOptions {
  /** Base of relative playlist paths. Absent: the file's folder. */
  readonly folder?: string | undefined;
  /** For messages. Absent: the path. */
  readonly name?: string | undefined;
}

type Place = Readonly<Record<'path' | 'name' | 'folder', string>>;

async function* rowsOf({ path, name, folder }: Place, signal: AbortSignal): AsyncGenerator<CatalogueRow> {
  const checked = duplicateFinder();
  let count = 0;
  try {
    const rows = /\.[ct]sv$/i.test(path)
      ? csvRows(path, name, { folder, signal })
      : await jsonRows({ path, name, folder }, signal);
    for await (const row of rows) {
      if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${name}`);
      count++;
      yield checked(row);
    }
  } catch (error) {
    throw asFailure(error, name, signal);
  }
  if (count === 0) throw unreadable(name, 'holds no rows');
}

async function jsonRows({ path, name, folder }: Place, signal: AbortSignal): Promise<AsyncIterable<CatalogueRow>> {
  const read: ReadRow = (row, value) => readJsonRow(row, value, { folder });
  const values = await documentRows(path, name, signal);
  return values ? rowsOfDocument(values, read) : rowsOfLines(path, name, read, signal);
}

type ReadRow = (row: number, value: unknown) => CatalogueRow | Promise<CatalogueRow>;

async function* rowsOfDocument(values: readonly unknown[], read: ReadRow): AsyncGenerator<CatalogueRow> {
  for (const [index, value] of values.entries()) yield read(index + 1, value);
}

/**
 * The rows of a file that is a single JSON document. Undefined for a file that must be read line by line.
 *
 * | file                                              | read as                       |
 * |---------------------------------------------------|-------------------------------|
 * | begins with `[`                                   | document                      |
 * | first line is an object with `videos`             | document                      |
 * | first line is JSON, or does not begin with `{`    | lines                         |
 * | otherwise, and the whole file is an object        | document                      |
 * | otherwise                                         | lines, the first one is bad   |
 */
async function documentRows(path: string, name: string, signal: AbortSignal): Promise<readonly unknown[] | undefined> {
  const start = await firstLine(path);
  if (start.startsWith('[')) {
    const document = await readDocument(path, name, signal);
    const rows = arrayOf(parseJson(document)?.value);
    if (rows) return rows;
    throw unreadable(name, `begins like a JSON array and is not one: ${faultOf(document)}`);
  }
  if (!start.startsWith('{')) return undefined;
  const line = parseJson(start);
  if (line) return videosOf(line.value);
  if ((await stat(path)).size > maxDocumentBytes) return undefined;
  const whole = parseJson(await readDocument(path, name, signal));
  if (!whole) return undefined;
  const videos = videosOf(whole.value);
  if (videos) return videos;
  throw unreadable(name, 'is a JSON object without an array of videos');
}

async function* rowsOfLines(
  path: string,
  name: string,
  read: ReadRow,
  signal: AbortSignal,
): AsyncGenerator<CatalogueRow> {
  const broken: CatalogueRow[] = [];
  let isJson = false;
  for await (const line of linesOf(createReadStream(path, { signal, highWaterMark: 256 * KiB }), maxLineBytes)) {
    const text = textOf(line);
    if (text === '') continue;
    const parsed = text === undefined ? undefined : parseJson(text);
    const row = parsed
      ? await read(line.number, parsed.value)
      : refusedRow(line.number, `row ${line.number} ${line.bytes ? 'is not JSON' : 'is longer than 1 MiB'}`);
    if (isJson) {
      yield row;
    } else if (parsed) {
      isJson = true;
      yield* broken;
      yield row;
    } else if (broken.push(row) > maxLeadingBadLines) {
      break;
    }
  }
  if (!isJson && broken.length > 0)
    throw unreadable(name, 'is not JSON: expected an array of videos, or one video a line');
}

/** The first line that is not blank, trimmed. Only the first MiB of the file is read. */
async function firstLine(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxLineBytes), 0, maxLineBytes, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead)).trimStart().split('\n', 1)[0]?.trimEnd() ?? '';
  } finally {
    await file.close();
  }
}

async function readDocument(path: string, name: string, signal: AbortSignal): Promise<string> {
  const { size } = await stat(path);
  if (size > maxDocumentBytes) {
    throw unreadable(
      name,
      `is a JSON document of ${Math.round(size / MiB)} MiB; beyond ${maxDocumentBytes / MiB} MiB write one video a line (NDJSON)`,
    );
  }
  return new TextDecoder().decode(await readFile(path, { signal }));
}

function videosOf(value: unknown): readonly unknown[] | undefined {
  return arrayOf(typeof value === 'object' && value !== null && 'videos' in value ? value.videos : undefined);
}

function arrayOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** The line's text, trimmed and without a byte order mark. Undefined if it is too long or not UTF-8. */
function textOf(line: Line): string | undefined {
  if (!line.bytes) return undefined;
  try {
    return utf8.decode(line.bytes).trim();
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Describes where JSON is broken without quoting it, since URLs may contain tokens. */
function faultOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    const place = /\(line \d+ column \d+\)|line \d+ column \d+/.exec(String(error))?.[0].replace(/[()]/g, '');
    if (place !== undefined) return `it is broken at ${place}`;
    if (/end of JSON input|Unterminated/.test(String(error))) return 'it ends too early';
  }
  return 'it is broken';
}
