import type { SideFileField } from '../config/values/side-files.ts';
import { bucketUrlOf } from '../domain/names/bucket-url.ts';
import { shown, valueAt } from '../domain/catalogue-rule.ts';
import type { SideFile } from '../domain/side-file.ts';
import type { Catalogue, CatalogueRow } from './catalogue.ts';
import { mapRows, mapWatch } from './map-rows.ts';
import { refusedRow } from './row-reader.ts';

/** Names that lists of objects give to a URL. */
const urlNames = ['url', 'src', 'href', 'uri'] as const;

/**
 * Adds the side files of each video, from fields of its row. A field holds a URL, or a list of URLs or of objects with one
 * (`url`, `src`, `href` or `uri`); several in one text are parted by blanks. A relative URL is relative to the playlist. A
 * field that is not there names no file; one that cannot be read refuses the row, since a file would be lost in silence.
 *
 * @param onAbsent - told once of each field that no row has: its name may be mistyped
 */
export function withSideFiles(
  catalogue: Catalogue,
  fields: readonly SideFileField[],
  onAbsent: (message: string) => void = () => {},
): Catalogue {
  if (fields.length === 0) return catalogue;
  const { find } = catalogue;
  const told = new Set<SideFileField>();
  const tell = (field: SideFileField): void => {
    if (told.has(field)) return;
    told.add(field);
    onAbsent(`no row of ${catalogue.name} has anything at ${field.path}, which --side-files names for ${field.role}`);
  };
  const add = (row: CatalogueRow): CatalogueRow => addSideFiles(row, fields);
  return {
    ...catalogue,
    rows: (options) => mapRows(withAbsentTold(catalogue.rows(options), fields, tell), add),
    ...mapWatch(catalogue, add),
    ...(find && {
      find: async (id, options) => {
        const row = await find(id, options);
        return row && add(row);
      },
    }),
  };
}

/** Tells which fields no row had, once all rows have been read. */
async function* withAbsentTold(
  rows: AsyncIterable<CatalogueRow>,
  fields: readonly SideFileField[],
  tell: (field: SideFileField) => void,
): AsyncGenerator<CatalogueRow> {
  const absent = new Set(fields);
  let videos = 0;
  for await (const row of rows) {
    if (row.kind === 'video') {
      videos += 1;
      for (const field of absent) if (valueAt(row.fields, field.path) !== undefined) absent.delete(field);
    }
    yield row;
  }
  if (videos > 0) absent.forEach(tell);
}

function addSideFiles(row: CatalogueRow, fields: readonly SideFileField[]): CatalogueRow {
  if (row.kind === 'refused') return row;
  const { submission } = row;
  const sideFiles: SideFile[] = [];
  for (const { role, path } of fields) {
    const value = valueAt(row.fields, path);
    const urls = value === undefined ? [] : urlsOf(value, submission.playlistUrl);
    if (urls === undefined) {
      const message = `row ${row.row} has a ${path} that names no ${role}: it is ${shown(value)}, and must be an http(s) URL, a path from its playlist, or a list of these`;
      return refusedRow(row.row, message, submission.id);
    }
    for (const url of urls) sideFiles.push({ role, url });
  }
  return sideFiles.length === 0 ? row : { ...row, submission: { ...submission, sideFiles } };
}

/** Undefined if one of them cannot be read. */
function urlsOf(value: unknown, playlistUrl: string): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const urls: string[] = [];
  for (const each of values) {
    const text = textOf(each);
    if (text === undefined) return undefined;
    for (const part of text.trim().split(/\s+(?=[a-z][a-z0-9+.-]+:\/\/)/i)) {
      if (part === '') continue;
      const url = /^s3:/i.test(part) ? bucketUrlOf(part) : URL.parse(part, playlistUrl);
      if (!url || !isOfSource(url, new URL(playlistUrl))) return undefined;
      urls.push(url.href);
    }
  }
  return urls;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const found = urlNames.map((name) => (value as Readonly<Record<string, unknown>>)[name]);
  return found.find((each) => typeof each === 'string');
}

/** Files of this machine, and of buckets, belong to a video that is there itself. */
function isOfSource(url: URL, playlist: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:' || url.protocol === playlist.protocol;
}
