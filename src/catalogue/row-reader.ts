import { z } from 'zod';
import { failureWith } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Submission } from '../domain/video.ts';
import type { CatalogueRow } from './catalogue.ts';
import { playlistUrlOf } from './playlist-url.ts';

const idSchema = z.union([
  z.string().trim().min(1).max(1000),
  z.int().transform(String),
]); // prettier-ignore

const instantSchema = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => new Date(text).toISOString());

/** A row of a catalogue. Other fields are ignored, and null counts as absent. */
const rowSchema = z.object({
  id: idSchema,
  title: z.string().nullish(),
  playlistUrl: z.string().nullish(),
  playlist_url: z.string().nullish(),
  url: z.string().nullish(),
  playlist: z.string().nullish(),
  recordedAt: instantSchema.nullish(),
  recorded_at: instantSchema.nullish(),
});

const expected: Readonly<Record<string, string>> = {
  id: 'must be text, or a whole number of at most 15 digits',
  title: 'must be text',
  playlistUrl: 'must be text',
  playlist_url: 'must be text',
  url: 'must be text',
  playlist: 'must be text',
  recordedAt: 'must be a date, or a date and time with its offset, such as 2026-11-23T08:00:00Z',
  recorded_at: 'must be a date, or a date and time with its offset, such as 2026-11-23T08:00:00Z',
};

/** How to read the rows of a catalogue, and how to name them in messages. */
export interface RowForm {
  /** Base of relative playlist paths. Absent: only URLs are allowed. */
  readonly folder?: string;
  /** Name of a row in messages, such as `document 64fe…`. Default: `row 7`. */
  readonly nameOf?: (row: number) => string;
  /** Paths of fields in the catalogue, if they differ from the field's own name. */
  readonly paths?: Readonly<Partial<Record<string, string>>>;
}

/**
 * Reads one row: a video, or the reason why the row is refused.
 *
 * @param value - an object with the fields `id`, `playlistUrl` (or one of its other names), `title`, `recordedAt`
 * @param fields - the whole row, for rules
 */
export function readRow(
  row: number,
  value: unknown,
  form: RowForm = {},
  fields: Readonly<Record<string, unknown>> = value as Readonly<Record<string, unknown>>,
): CatalogueRow {
  const name = form.nameOf?.(row) ?? `row ${row}`;
  const refuse = (reason: string, ofId?: string): CatalogueRow => refusedRow(row, `${name} ${reason}`, ofId);
  const parsed = rowSchema.safeParse(value);
  if (!parsed.success) return refuse(reasonOf(value, parsed.error, form), idOf(value));
  const { id, title, ...rest } = parsed.data;
  const location = (rest.playlistUrl ?? rest.playlist_url ?? rest.url ?? rest.playlist)?.trim();
  if (!location) return refuse(`has no ${nameOfField('playlistUrl', form)}`, id);
  const url = playlistUrlOf(location, form.folder);
  if (!url) {
    const expectation = form.folder === undefined ? 'is no http(s) URL' : 'is neither an http(s) URL nor a path';
    return refuse(`has a ${nameOfField('playlistUrl', form)} that ${expectation}`, id);
  }
  const submission = submissionOf(id, url, title, rest.recordedAt ?? rest.recorded_at);
  return { kind: 'video', row, submission, fields };
}

/**
 * Creates a function that refuses rows with the id of an earlier video. It keeps the ids in memory, and nothing else.
 */
export function duplicateFinder(): (row: CatalogueRow) => CatalogueRow {
  const seen = new Set<string>();
  return (row) => {
    if (row.kind === 'refused') return row;
    const { id } = row.submission;
    if (!seen.has(id)) {
      seen.add(id);
      return row;
    }
    const message = `row ${row.row} has the id ${JSON.stringify(id)}, which an earlier row has`;
    return refusedRow(row.row, message, id, 'catalogue.duplicate');
  };
}

/** Creates a refused row. */
export function refusedRow(
  row: number,
  message: string,
  id?: string,
  code: FailureCode = 'catalogue.row',
): CatalogueRow {
  return { kind: 'refused', row, ...(id === undefined ? {} : { id }), failure: failureWith(code, message) };
}

function submissionOf(id: string, url: URL, title?: string | null, recordedAt?: string | null): Submission {
  return {
    id,
    playlistUrl: url.href,
    ...(title === undefined || title === null ? {} : { title }),
    ...(recordedAt === undefined || recordedAt === null ? {} : { recordedAt }),
  };
}

function reasonOf(value: unknown, error: z.ZodError, form: RowForm): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object';
  const field = String(error.issues[0]?.path[0] ?? 'id');
  const isAbsent = (value as Readonly<Record<string, unknown>>)[field] === undefined;
  const name = nameOfField(field, form);
  return isAbsent ? `has no ${name}` : `has a bad ${name}: it ${expected[field] ?? 'is not understood'}`;
}

function nameOfField(field: string, { paths }: RowForm): string {
  const path = paths?.[field] ?? field;
  return path === field ? field : `${field} (${path})`;
}

function idOf(value: unknown): string | undefined {
  const parsed = z.object({ id: idSchema }).safeParse(value);
  return parsed.success ? parsed.data.id : undefined;
}
