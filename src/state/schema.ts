/**
 * The tables of `state.db`, as the steps that lead there: step n brings a file from
 * `user_version` n to n + 1. A step that was released is never edited; changes are new steps.
 *
 * Files are keyed by a number for their revision: repeating video and digest in
 * each of millions of rows would double the file. The ledger's bits stand apart from its
 * facts, and each kind in its own row, so that a change writes only what it touched.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    video TEXT NOT NULL,
    digest TEXT NOT NULL,
    total INTEGER NOT NULL,
    header TEXT NOT NULL,
    UNIQUE (video, digest)
  ) STRICT;

  CREATE TABLE documents (
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    role TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (revision, position)
  ) STRICT;

  CREATE TABLE files (
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    role TEXT NOT NULL,
    min_size_bytes INTEGER,
    optional INTEGER,
    PRIMARY KEY (revision, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE evidence (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    crc32 TEXT NOT NULL,
    sha256 TEXT,
    etag TEXT,
    source_etag TEXT,
    source_last_modified TEXT,
    proof TEXT NOT NULL,
    generation TEXT NOT NULL,
    tries INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    worker TEXT NOT NULL,
    at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE failures (
    video TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (video, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE publications (video TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;

  CREATE TABLE decisions (
    position INTEGER PRIMARY KEY,
    video TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (video, body)
  ) STRICT;
  CREATE INDEX submissions_by_video ON decisions (video, position) WHERE type = 'submitted';

  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE ledger_videos (
    video TEXT PRIMARY KEY,
    generation TEXT NOT NULL,
    revision TEXT,
    total INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    published TEXT,
    hold TEXT,
    invalid TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE ledger_bits (
    video TEXT NOT NULL,
    kind TEXT NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (video, kind)
  ) STRICT;

  CREATE TABLE ledger_leases (
    video TEXT NOT NULL,
    id TEXT NOT NULL,
    generation TEXT NOT NULL,
    kind TEXT NOT NULL,
    files TEXT NOT NULL,
    ttl_ms REAL NOT NULL,
    expires_at_ms REAL NOT NULL,
    PRIMARY KEY (video, id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE ledger_videos ADD COLUMN fresh INTEGER;
  ALTER TABLE ledger_videos ADD COLUMN told TEXT;
  ALTER TABLE ledger_videos ADD COLUMN setbacks INTEGER;
  ALTER TABLE ledger_videos ADD COLUMN asked TEXT;
  `,
  `
  ALTER TABLE evidence ADD COLUMN video TEXT;
  ALTER TABLE ledger_videos ADD COLUMN next_look TEXT;
  `,
  `
  ALTER TABLE ledger_videos ADD COLUMN live TEXT;
  `,
  `
  CREATE TABLE tries (
    position INTEGER PRIMARY KEY,
    video TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (video, key, body)
  ) STRICT;
  `,
  `
  ALTER TABLE evidence ADD COLUMN replaced_at TEXT;
  `,
];
