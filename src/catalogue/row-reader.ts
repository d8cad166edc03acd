import { shown } from '../domain/catalogue-rule.ts';
import { failureWith } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { instantOf } from '../domain/instant.ts';
import { isVideoId, videoIdExpectation } from '../domain/video.ts';
import type { Submission } from '../domain/video.ts';
import type { CatalogueRow } from './catalogue.ts';
import { playlistUrlOf } from './playlist-url.ts';

/** Names of the playlist's field and of the date's. The first one that is there counts. */
export const playlistNames = ['playlistUrl', 'playlist_url', 'url', 'playlist'] as const;
const dateNames = ['recordedAt', 'recorded_at'] as const;

const idExpectation = `${videoIdExpectation}, a number that has all its digits, or a document`;
const dateExpectation = 'a date such as 2026-11-23 or 2026-11-23T08:00:00Z, or seconds or milliseconds since 1970';

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
 * Reads one row: a video, or the reason why the row is refused. Null counts as absent, and other fields are ignored. A
 * title or date that cannot be read is left out, with a warning: a video can be copied without.
 *
 * @param value - an object with the fields `id` (text), `playlistUrl` (or one of its other names), `title`, `recordedAt`
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
  if (!isRecord(value)) return refuse('is not an object');
  const { id } = value;
  if (id === undefined || id === null) return refuse(`has no ${nameOfField('id', form)}`);
  if (typeof id !== 'string' || !isVideoId(id)) {
    return refuse(`has a bad ${nameOfField('id', form)}: it is ${shown(id)}, and must be ${idExpectation}`);
  }
  const field = firstOf(playlistNames, value);
  const location = field === undefined ? '' : value[field];
  if (typeof location !== 'string') {
    return refuse(`has a bad ${nameOfField(field ?? '', form)}: it is ${shown(location)}, and must be text`, id);
  }
  if (location.trim() === '') return refuse(`has no ${nameOfField('playlistUrl', form)}`, id);
  const url = playlistUrlOf(location.trim(), form.folder);
  if (!url) {
    const expectation =
      form.folder === undefined
        ? 'is no http(s) or s3://bucket/key URL'
        : 'is neither an http(s) or s3://bucket/key URL nor a path';
    return refuse(`has a ${nameOfField('playlistUrl', form)} that ${expectation}`, id);
  }
  const { optional, warnings } = optionalFields(value, form);
  const warning = warnings.length === 0 ? {} : { warning: `${name} ${warnings.join(', and ')}` };
  return { kind: 'video', row, submission: { id, playlistUrl: url.href, ...optional }, fields, ...warning };
}

type Optional = Pick<Submission, 'title' | 'recordedAt'>;

/** The fields that a video can do without, as far as they can be read, and a warning for each that cannot. */
function optionalFields(
  value: Readonly<Record<string, unknown>>,
  form: RowForm,
): { readonly optional: Optional; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const unreadable = (field: string, expectation: string): undefined => {
    const name = nameOfField(field, form);
    warnings.push(`has a ${name} that cannot be read: it is ${shown(value[field])}, and must be ${expectation}`);
    return undefined;
  };
  const titleField = firstOf(['title'], value);
  const titleText = titleField === undefined ? undefined : (titleOf(value[titleField]) ?? unreadable('title', 'text'));
  const dateField = firstOf(dateNames, value);
  const instant =
    dateField === undefined ? undefined : (instantOf(value[dateField]) ?? unreadable(dateField, dateExpectation));
  return {
    optional: {
      ...(titleText === undefined ? {} : { title: titleText }),
      ...(instant === undefined ? {} : { recordedAt: new Date(instant).toISOString() }),
    },
    warnings,
  };
}

function titleOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** The first of these fields that is there, and neither null nor blank. */
function firstOf<Name extends string>(
  names: readonly Name[],
  value: Readonly<Record<string, unknown>>,
): Name | undefined {
  return names.find((name) => {
    const found = value[name];
    return typeof found === 'string' ? found.trim() !== '' : found !== undefined && found !== null;
  });
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

function nameOfField(field: string, { paths }: RowForm): string {
  const path = paths?.[field] ?? field;
  return path === field ? field : `${field} (${path})`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
