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

/** A row as catalogues write it: other fields are passed over, null is as good as absent. */
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

/** Reads the rows of one catalogue: the second of two with the same id is refused. */
export interface RowReader {
  read(row: number, value: unknown): CatalogueRow;
}

/**
 * Begins a catalogue. It remembers the ids of the videos it has let through, and nothing else of them.
 *
 * @param folder - where relative playlist paths begin
 */
export function rowReader(folder: string): RowReader {
  const seen = new Set<string>();
  return {
    read: (row, value) => {
      const parsed = rowSchema.safeParse(value);
      if (!parsed.success) return refusedRow(row, reasonOf(value, parsed.error), idOf(value));
      const { id, title, ...fields } = parsed.data;
      const location = (fields.playlistUrl ?? fields.playlist_url ?? fields.url ?? fields.playlist)?.trim();
      if (!location) return refusedRow(row, 'has no playlistUrl', id);
      const url = playlistUrlOf(location, folder);
      if (!url) return refusedRow(row, 'has a playlistUrl that is neither an http(s) URL nor a path', id);
      if (seen.has(id)) {
        return refusedRow(row, `has the id ${JSON.stringify(id)}, which an earlier row has`, id, 'catalogue.duplicate');
      }
      seen.add(id);
      return { kind: 'video', submission: submissionOf(id, url, title, fields.recordedAt ?? fields.recorded_at) };
    },
  };
}

/** A row that is no video. */
export function refusedRow(
  row: number,
  reason: string,
  id?: string,
  code: FailureCode = 'catalogue.row',
): CatalogueRow {
  return {
    kind: 'refused',
    row,
    ...(id === undefined ? {} : { id }),
    failure: failureWith(code, `row ${row} ${reason}`),
  };
}

function submissionOf(id: string, url: URL, title?: string | null, recordedAt?: string | null): Submission {
  return {
    id,
    playlistUrl: url.href,
    ...(title === undefined || title === null ? {} : { title }),
    ...(recordedAt === undefined || recordedAt === null ? {} : { recordedAt }),
  };
}

function reasonOf(value: unknown, error: z.ZodError): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object';
  const field = String(error.issues[0]?.path[0] ?? 'id');
  const isAbsent = (value as Readonly<Record<string, unknown>>)[field] === undefined;
  return isAbsent ? `has no ${field}` : `has a bad ${field}: it ${expected[field] ?? 'is not understood'}`;
}

function idOf(value: unknown): string | undefined {
  const parsed = z.object({ id: idSchema }).safeParse(value);
  return parsed.success ? parsed.data.id : undefined;
}
