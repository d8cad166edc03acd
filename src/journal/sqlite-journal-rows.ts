import type { Evidence, Proof } from '../domain/outcome.ts';
import type {
  DocumentRole, FileRole, PlannedDocument, PlannedFile, RevisionHeader,
} from '../domain/revision.ts'; // prettier-ignore

/** A row of `revisions`. */
export interface RevisionRow {
  readonly id: number;
  readonly total: number;
  /** What the revision has beside its files and documents, as JSON. */
  readonly header: string;
}

/** The part of a header that is kept as JSON. */
export type HeaderText = Pick<
  RevisionHeader,
  'playlists' | 'external' | 'warnings' | 'hasTokens' | 'hasCookies' | 'queryFindings'
>;

/** A row of `documents`. */
export interface DocumentRow {
  readonly key: string;
  readonly url: string;
  readonly role: string;
  readonly body: Uint8Array;
}

/** A row of `files`. */
export interface FileRow {
  /** The file's index. */
  readonly position: number;
  readonly key: string;
  readonly url: string;
  readonly role: string;
  readonly min_size_bytes: number | null;
  readonly optional: number | null;
}

/** A row of `evidence`. */
export interface EvidenceRow {
  readonly key: string;
  readonly url: string;
  readonly size_bytes: number;
  readonly crc32: string;
  readonly sha256: string | null;
  readonly etag: string | null;
  readonly source_etag: string | null;
  readonly source_last_modified: string | null;
  readonly proof: string;
  readonly generation: string;
  readonly tries: number;
  readonly duration_ms: number;
  readonly worker: string;
  readonly at: string;
  readonly video: string | null;
  readonly replaced_at: string | null;
}

/** The document in a row. */
export function documentOf({ key, url, role, body }: DocumentRow): PlannedDocument {
  return { key, url, role: role as DocumentRole, body };
}

/** The file in a row. */
export function fileOf(row: FileRow): PlannedFile {
  return {
    key: row.key,
    url: row.url,
    role: row.role as FileRole,
    ...(row.min_size_bytes === null ? {} : { minSizeBytes: row.min_size_bytes }),
    ...(row.optional === null ? {} : { optional: row.optional === 1 }),
  };
}

/** The values of rows of `files`, one row after the other, in the order of their columns. */
export function fileValues(
  revision: number | bigint,
  position: number,
  files: readonly PlannedFile[],
): (string | number | bigint | null)[] {
  const values: (string | number | bigint | null)[] = [];
  for (const [at, { key, url, role, minSizeBytes = null, optional }] of files.entries()) {
    values.push(
      revision,
      position + at,
      key,
      url,
      role,
      minSizeBytes,
      optional === undefined ? null : Number(optional),
    );
  }
  return values;
}

/** The evidence in a row. */
export function evidenceOf(row: EvidenceRow): Evidence {
  return {
    key: row.key,
    url: row.url,
    ...(row.video === null ? {} : { video: row.video }),
    sizeBytes: row.size_bytes,
    crc32: row.crc32,
    ...(row.sha256 === null ? {} : { sha256: row.sha256 }),
    ...(row.etag === null ? {} : { etag: row.etag }),
    source: {
      ...(row.source_etag === null ? {} : { etag: row.source_etag }),
      ...(row.source_last_modified === null ? {} : { lastModified: row.source_last_modified }),
    },
    proof: row.proof as Proof,
    ...(row.replaced_at === null ? {} : { replacedAt: row.replaced_at }),
    generation: row.generation,
    tries: row.tries,
    durationMs: row.duration_ms,
    worker: row.worker,
    at: row.at,
  };
}

/** The values of an evidence row, in the order of its columns. */
export function evidenceValues(evidence: Evidence): (string | number | null)[] {
  return [
    evidence.key,
    evidence.url,
    evidence.sizeBytes,
    evidence.crc32,
    evidence.sha256 ?? null,
    evidence.etag ?? null,
    evidence.source.etag ?? null,
    evidence.source.lastModified ?? null,
    evidence.proof,
    evidence.generation,
    evidence.tries,
    evidence.durationMs,
    evidence.worker,
    evidence.at,
    evidence.video ?? null,
    evidence.replacedAt ?? null,
  ];
}
