import type { StatementSync } from 'node:sqlite';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Evidence, FileFailure, Outcome } from '../domain/outcome.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../domain/revision.ts';
import type { RevisionDigest, Submission, VideoId } from '../domain/video.ts';
import type { StateFile } from '../state/file.ts';
import { createRowCache } from '../state/row-cache.ts';
import type { RowCache } from '../state/row-cache.ts';
import type { Decision, Journal, Publication } from './journal.ts';
import { documentOf, evidenceOf, evidenceValues, fileOf, fileValues } from './sqlite-journal-rows.ts';
import type { DocumentRow, EvidenceRow, FileRow, HeaderText, RevisionRow } from './sqlite-journal-rows.ts';

/** How many rows are read at a time, so that no read stays open while others write. */
const pageSize = 500;

/** Adding files one by one takes half as long again. */
const filesPerInsert = 40;

/**
 * A journal in a state file.
 *
 * Evidence is kept by key alone, whichever video it was told of: a file that several videos share is known to all.
 *
 * Every sealed revision is kept: between sealing and registering, and for batches under
 * way, an older one may still be the one that the ledger counts.
 */
export class SqliteJournal implements Journal {
  readonly grouping = { maxOutcomes: 1_000, maxDelayMs: 0 };
  readonly #state: StateFile;
  readonly #sql: Readonly<Record<keyof typeof statements, StatementSync>>;
  /** By the number of files that they add. */
  readonly #addFiles = new Map<number, StatementSync>();
  readonly #submissions: RowCache<Submission>;

  constructor(state: StateFile) {
    this.#state = state;
    this.#submissions = createRowCache(state);
    const entries = Object.entries(statements).map(([name, sql]) => [name, state.prepare(sql)]);
    this.#sql = Object.fromEntries(entries) as Record<keyof typeof statements, StatementSync>;
  }

  async seal(revision: Revision): Promise<void> {
    const { video, digest, total, files, documents, ...header } = revision;
    const headerText = JSON.stringify(header satisfies HeaderText);
    this.#state.write(() => {
      const { changes, lastInsertRowid: id } = this.#sql.addRevision.run(video, digest, total, headerText);
      if (changes === 0) return;
      for (let from = 0; from < files.length; from += filesPerInsert) {
        const group = files.slice(from, from + filesPerInsert);
        this.#adding(group.length).run(...fileValues(id, from, group));
      }
      for (const [position, { key, url, role, body }] of documents.entries()) {
        this.#sql.addDocument.run(id, position, key, url, role, body);
      }
    });
  }

  async revision(video: VideoId, digest: RevisionDigest): Promise<RevisionHeader | undefined> {
    return this.#state.read(() => {
      const row = this.#revision(video, digest);
      if (!row) return undefined;
      const documents = (this.#sql.readDocuments.all(row.id) as unknown as DocumentRow[]).map(documentOf);
      return { video, digest, total: row.total, documents, ...(JSON.parse(row.header) as HeaderText) };
    });
  }

  async files(
    video: VideoId,
    digest: RevisionDigest,
    ranges: IndexRanges,
  ): Promise<readonly { readonly index: number; readonly file: PlannedFile }[]> {
    return this.#state.read(() => {
      const id = this.#revision(video, digest)?.id;
      if (id === undefined) return [];
      const rows = ranges.flatMap(([from, to]) => this.#sql.readFiles.all(id, from, to) as unknown as FileRow[]);
      return rows.map((row) => ({ index: row.position, file: fileOf(row) }));
    });
  }

  async recordOutcomes(video: VideoId, outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    this.#state.write(() => {
      for (const outcome of outcomes) {
        if (outcome.kind === 'failed') {
          const { key } = outcome.failure;
          const body = JSON.stringify(outcome.failure);
          this.#sql.writeFailure.run(video, key, body);
          if (this.#sql.addTry.run(video, key, body).changes > 0) this.#sql.dropOldTries.run(video, key, video, key);
        } else {
          this.#sql.writeEvidence.run(...evidenceValues(outcome.evidence));
          this.#sql.dropFailure.run(video, outcome.evidence.key);
        }
      }
    });
  }

  async forget(_video: VideoId, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    this.#state.write(() => {
      for (const key of keys) this.#sql.dropEvidence.run(key);
    });
  }

  async evidence(_video: VideoId, keys: readonly string[]): Promise<ReadonlyMap<string, Evidence>> {
    const rows = this.#state.read(() => this.#sql.readEvidence.all(JSON.stringify(keys)) as unknown as EvidenceRow[]);
    return new Map(rows.map((row) => [row.key, evidenceOf(row)]));
  }

  async sizeOf(video: VideoId, digest: RevisionDigest, ranges: IndexRanges): Promise<number> {
    return this.#state.read(() => {
      const id = this.#revision(video, digest)?.id;
      if (id === undefined) return 0;
      const sizes = ranges.map(([from, to]) => Number(this.#sql.readSize.get(id, from, to)?.['size_bytes']));
      return sizes.reduce((sum, sizeBytes) => sum + sizeBytes, 0);
    });
  }

  async failures(video: VideoId): Promise<ReadonlyMap<string, FileFailure>> {
    const rows = this.#state.read(
      () => this.#sql.readFailures.all(video) as unknown as { key: string; body: string }[],
    );
    return new Map(rows.map(({ key, body }) => [key, JSON.parse(body) as FileFailure]));
  }

  async failedTries(video: VideoId, key: string): Promise<readonly FileFailure[]> {
    const rows = this.#state.read(() => this.#sql.readTries.all(video, key) as unknown as { body: string }[]);
    return rows.map(({ body }) => JSON.parse(body) as FileFailure);
  }

  async recordPublication(publication: Publication): Promise<void> {
    this.#state.write(() => this.#sql.writePublication.run(publication.video, JSON.stringify(publication)));
  }

  async publication(video: VideoId): Promise<Publication | undefined> {
    return this.#value(this.#sql.readPublication, video) as Publication | undefined;
  }

  async decide(decision: Decision): Promise<void> {
    this.#submissions.drop(decision.video);
    this.#state.write(() => this.#sql.addDecision.run(decision.video, decision.type, JSON.stringify(decision)));
  }

  async *decisions(video: VideoId): AsyncIterable<Decision> {
    let after = 0;
    for (;;) {
      const rows = this.#state.read(
        () =>
          this.#sql.readDecisions.all(video, after, pageSize) as unknown as {
            position: number;
            text: string;
          }[],
      );
      for (const { text } of rows) yield JSON.parse(text) as Decision;
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      after = last.position;
    }
  }

  async submission(video: VideoId): Promise<Submission | undefined> {
    const known = this.#submissions.get(video);
    if (known) return known;
    const found = this.#value(this.#sql.readSubmission, video) as Submission | undefined;
    return found && this.#submissions.keep(video, found);
  }

  async *submissions(after: VideoId = ''): AsyncIterable<Submission> {
    let last = after;
    for (;;) {
      const rows = this.#state.read(
        () => this.#sql.readSubmissions.all(last, pageSize) as unknown as { video: string; text: string }[],
      );
      for (const { text } of rows) yield JSON.parse(text) as Submission;
      const end = rows.at(-1);
      if (!end) return;
      last = end.video;
    }
  }

  unpublished(after: VideoId = ''): AsyncIterable<VideoId> {
    return this.#videos(this.#sql.readUnpublished, after);
  }

  published(after: VideoId = ''): AsyncIterable<VideoId> {
    return this.#videos(this.#sql.readPublished, after);
  }

  async *#videos(statement: StatementSync, after: VideoId): AsyncIterable<VideoId> {
    let last = after;
    for (;;) {
      const rows = this.#state.read(() => statement.all(last, pageSize) as unknown as { video: string }[]);
      for (const { video } of rows) yield video;
      const end = rows.at(-1);
      if (!end) return;
      last = end.video;
    }
  }

  async purge(video: VideoId): Promise<void> {
    this.#submissions.drop(video);
    this.#state.write(() => {
      for (const statement of purgeOrder) this.#sql[statement].run(video);
    });
  }

  async setting(name: string): Promise<unknown> {
    return this.#value(this.#sql.readSetting, name);
  }

  async setSetting(name: string, value: unknown): Promise<void> {
    this.#state.write(() => this.#sql.writeSetting.run(name, JSON.stringify(value)));
  }

  async settle(name: string, value: unknown): Promise<unknown> {
    this.#state.write(() => this.#sql.addSetting.run(name, JSON.stringify(value)));
    return this.setting(name);
  }

  /** The statement that adds so many files. */
  #adding(count: number): StatementSync {
    const known = this.#addFiles.get(count);
    if (known) return known;
    const rows = Array.from({ length: count }, () => '(?, ?, ?, ?, ?, ?, ?)');
    const statement = this.#state.prepare(`INSERT INTO files VALUES ${rows.join(', ')}`);
    this.#addFiles.set(count, statement);
    return statement;
  }

  #revision(video: VideoId, digest: RevisionDigest): RevisionRow | undefined {
    return this.#sql.readRevision.get(video, digest) as RevisionRow | undefined;
  }

  /** The JSON value in a row's column `text`; undefined without a row. */
  #value(statement: StatementSync, key: string): unknown {
    const text = this.#state.read(() => statement.get(key)?.['text']);
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  }
}

const statements = {
  addRevision: 'INSERT INTO revisions (video, digest, total, header) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  addDocument: 'INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)',
  readRevision: 'SELECT id, total, header FROM revisions WHERE video = ? AND digest = ?',
  readFiles: 'SELECT * FROM files WHERE revision = ? AND position >= ? AND position < ? ORDER BY position',
  readDocuments: 'SELECT key, url, role, body FROM documents WHERE revision = ? ORDER BY position',
  writeEvidence: 'INSERT OR REPLACE INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  dropEvidence: 'DELETE FROM evidence WHERE key = ?',
  // One read for many keys takes half the time of a read for each.
  readEvidence: 'SELECT * FROM evidence WHERE key IN (SELECT value FROM json_each(?))',
  readSize: `
    SELECT coalesce(sum(e.size_bytes), 0) AS size_bytes
    FROM files f JOIN evidence e ON e.key = f.key
    WHERE f.revision = ? AND f.position >= ? AND f.position < ?`,
  writeFailure: 'INSERT OR REPLACE INTO failures VALUES (?, ?, ?)',
  dropFailure: 'DELETE FROM failures WHERE video = ? AND key = ?',
  readFailures: 'SELECT key, body FROM failures WHERE video = ?',
  addTry: 'INSERT INTO tries (video, key, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  // Whatever waits for long is tried very often.
  dropOldTries: `
    DELETE FROM tries WHERE video = ? AND key = ? AND position <= (
      SELECT position FROM tries WHERE video = ? AND key = ? ORDER BY position DESC LIMIT 1 OFFSET 10)`,
  readTries: 'SELECT body FROM tries WHERE video = ? AND key = ? ORDER BY position',
  writePublication: 'INSERT OR REPLACE INTO publications VALUES (?, ?)',
  readPublication: 'SELECT body AS text FROM publications WHERE video = ?',
  addDecision: 'INSERT INTO decisions (video, type, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  readDecisions:
    'SELECT position, body AS text FROM decisions WHERE video = ? AND position > ? ORDER BY position LIMIT ?',
  readSubmission: `
    SELECT body ->> '$.submission' AS text FROM decisions
    WHERE video = ? AND type = 'submitted' ORDER BY position DESC LIMIT 1`,
  // Beside max() a bare column is of the row that has the maximum: https://www.sqlite.org/lang_select.html#bareagg
  readSubmissions: `
    SELECT video, body ->> '$.submission' AS text, max(position) FROM decisions
    WHERE type = 'submitted' AND video > ? GROUP BY video ORDER BY video LIMIT ?`,
  readUnpublished: `
    SELECT DISTINCT video FROM decisions
    WHERE type = 'submitted' AND video > ? AND NOT EXISTS (SELECT 1 FROM publications p WHERE p.video = decisions.video)
    ORDER BY video LIMIT ?`,
  readPublished: `
    SELECT DISTINCT video FROM decisions
    WHERE type = 'submitted' AND video > ? AND EXISTS (SELECT 1 FROM publications p WHERE p.video = decisions.video)
    ORDER BY video LIMIT ?`,
  purgeEvidence: `
    DELETE FROM evidence WHERE key IN (
      SELECT f.key FROM revisions r JOIN files f ON f.revision = r.id WHERE r.video = ?)`,
  purgeFiles: 'DELETE FROM files WHERE revision IN (SELECT id FROM revisions WHERE video = ?)',
  purgeDocuments: 'DELETE FROM documents WHERE revision IN (SELECT id FROM revisions WHERE video = ?)',
  purgeRevisions: 'DELETE FROM revisions WHERE video = ?',
  purgeTries: 'DELETE FROM tries WHERE video = ?',
  purgeFailures: 'DELETE FROM failures WHERE video = ?',
  purgePublication: 'DELETE FROM publications WHERE video = ?',
  purgeDecisions: 'DELETE FROM decisions WHERE video = ?',
  addSetting: 'INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING',
  writeSetting: 'INSERT OR REPLACE INTO settings VALUES (?, ?)',
  readSetting: 'SELECT value AS text FROM settings WHERE name = ?',
} as const;

/** What is found through others before those. */
const purgeOrder = [
  'purgeEvidence',
  'purgeFiles',
  'purgeDocuments',
  'purgeRevisions',
  'purgeTries',
  'purgeFailures',
  'purgePublication',
  'purgeDecisions',
] as const satisfies readonly (keyof typeof statements)[];
