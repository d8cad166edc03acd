import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { DatabaseSync } from './sqlite.ts';
import { openStateFile } from './file.ts';
import type { StateFile } from './file.ts';
import { isLocked } from './lock.ts';
import { migrations } from './schema.ts';

let home: string;
let dir: string;
const opened: StateFile[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'flants-state-'));
  dir = join(home, 'a', 'state');
});

afterEach(() => {
  for (const state of opened.splice(0)) state.close();
  rmSync(home, { recursive: true, force: true });
});

function open(options?: { readOnly: boolean }): StateFile {
  const state = openStateFile(dir, options);
  opened.push(state);
  return state;
}

function refusal(work: () => unknown): FlantsError {
  try {
    work();
  } catch (error) {
    if (error instanceof FlantsError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/** A process that opens the state, says so, and stays. */
async function holder(): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const script = `
    const { openStateFile } = await import(${JSON.stringify(new URL('./file.ts', import.meta.url).href)});
    const state = openStateFile(${JSON.stringify(dir)});
    state.write(() => state.prepare('INSERT INTO settings VALUES (?, ?)').run('from', '"the child"'));
    console.log('ready');
    setInterval(() => state.path, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const countVideos = (state: StateFile): unknown =>
  state.read(() => state.prepare('SELECT count(*) AS n FROM ledger_videos').get()?.['n']);
const setting = (state: StateFile): unknown =>
  state.read(() => state.prepare('SELECT value FROM settings').get()?.['value']);

describe('opening a state', () => {
  it('makes the folder for its owner alone', () => {
    open();
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(existsSync(join(dir, 'state.db'))).toBe(true);
  });

  it('finds again what was there', () => {
    const first = open();
    first.write(() => first.prepare('INSERT INTO settings VALUES (?, ?)').run('a', '1'));
    first.close();
    expect(setting(open())).toBe('1');
  });

  it('brings a file of the first version up to date, with all that is in it', () => {
    mkdirSync(dir, { recursive: true });
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec(`${migrations[0]}; PRAGMA user_version = 1`);
    db.exec("INSERT INTO ledger_videos VALUES ('v', 'g1', NULL, 0, 0, 0, 0, NULL, NULL, NULL)");
    db.close();
    const row = open().prepare('SELECT * FROM ledger_videos').get();
    expect(row).toMatchObject({ video: 'v', generation: 'g1', fresh: null, told: null });
  });

  it('refuses a file of a newer version in one clear line', () => {
    open().close();
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    const error = refusal(() => open());
    expect(error.code).toBe('state.unusable');
    expect(error.message).toBe(
      `the state ${join(dir, 'state.db')} cannot be used: it was written by a newer version of FLAnts (format 99, this one knows ${migrations.length}); update FLAnts`,
    );
    expect(refusal(() => open({ readOnly: true })).code).toBe('state.unusable');
  });

  it('refuses a file that is no database, and leaves it as it is', () => {
    open().close();
    const junk = 'x'.repeat(8192);
    writeFileSync(join(dir, 'state.db'), junk);
    const error = refusal(() => open());
    expect(error.code).toBe('state.unusable');
    expect(error.message).toContain(join(dir, 'state.db'));
    expect(readFileSync(join(dir, 'state.db'), 'utf8')).toBe(junk);
  });

  it('lets go of the lock when the file is refused', () => {
    open().close();
    writeFileSync(join(dir, 'state.db'), 'x'.repeat(8192));
    refusal(() => open());
    rmSync(join(dir, 'state.db'));
    expect(countVideos(open())).toBe(0);
  });

  it('refuses a folder that is a file', () => {
    writeFileSync(join(home, 'a'), '');
    expect(refusal(() => open())).toMatchObject({ code: 'state.unusable', message: expect.stringContaining(dir) });
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder that may not be written', () => {
    chmodSync(home, 0o500);
    const error = refusal(() => open());
    chmodSync(home, 0o700);
    expect(error).toMatchObject({ code: 'state.unusable', message: expect.stringContaining(dir) });
  });

  it('calls a full disk by its name, and keeps what was written before', () => {
    const state = open();
    const insert = state.prepare('INSERT INTO settings VALUES (?, ?)');
    state.write(() => insert.run('before', '1'));
    state.read(() => state.prepare('PRAGMA max_page_count = 1').get());
    const error = refusal(() => state.write(() => insert.run('large', 'x'.repeat(1_000_000))));
    expect(error).toMatchObject({
      code: 'state.unusable',
      message: `the state ${state.path} cannot be used: the disk is full`,
    });
    expect(setting(state)).toBe('1');
  });
});

describe('a transaction', () => {
  it('leaves nothing behind when its work throws, and the error is handed on', () => {
    const state = open();
    const failing = (): void =>
      state.write(() => {
        state.prepare('INSERT INTO settings VALUES (?, ?)').run('a', '1');
        throw new RangeError('no');
      });
    expect(failing).toThrow(RangeError);
    expect(setting(state)).toBeUndefined();
  });
});

describe('the lock', () => {
  it('is seen by who only looks, and not taken by it', async () => {
    expect(isLocked(dir)).toBe(false);
    const state = open();
    expect(isLocked(dir)).toBe(true);
    // Closing another descriptor of the file would have dropped it.
    expect(isLocked(dir)).toBe(true);
    state.close();
    expect(isLocked(dir)).toBe(false);
    const other = await holder();
    expect(isLocked(dir)).toBe(true);
    await other.kill();
    expect(isLocked(dir)).toBe(false);
    open();
  });

  it('refuses a second run of the same process and admits it after the first has closed', () => {
    const first = open();
    expect(refusal(() => open()).code).toBe('state.locked');
    first.close();
    first.close();
    expect(countVideos(open())).toBe(0);
  });

  it('ends without a complaint where its holder cannot be removed any more', () => {
    const path = join(dir, 'lock.json');
    const first = open();
    rmSync(path);
    mkdirSync(path); // As on a disk that can only be read by now: it cannot be removed.
    first.close();
    rmSync(path, { recursive: true });
    expect(() => open()).not.toThrow();
  });

  it('names the process that holds it, and vanishes with it however that ends', async () => {
    const child = await holder();
    try {
      const error = refusal(() => open());
      expect(error.code).toBe('state.locked');
      expect(error.message).toMatch(
        new RegExp(`^another run \\(pid ${child.pid} on .+, since .+\\) holds the state ${dir}`),
      );
    } finally {
      await child.kill();
    }
    expect(setting(open())).toBe('"the child"');
  });
});

describe('a reader', () => {
  it('is let in while a run is under way, and sees what was committed', async () => {
    const child = await holder();
    try {
      expect(setting(open({ readOnly: true }))).toBe('"the child"');
    } finally {
      await child.kill();
    }
  });

  it('is let in when no run is under way, and cannot write', () => {
    open().close();
    const reader = open({ readOnly: true });
    expect(countVideos(reader)).toBe(0);
    const insert = reader.prepare('INSERT INTO settings VALUES (?, ?)');
    expect(refusal(() => reader.write(() => insert.run('a', '1')))).toMatchObject({ code: 'state.unusable' });
  });

  it('is told when there is no state, and makes none', () => {
    expect(refusal(() => open({ readOnly: true }))).toMatchObject({
      code: 'state.unusable',
      message: expect.stringContaining('nothing was run'),
    });
    expect(existsSync(dir)).toBe(false);
  });
});

describe('released steps of the schema', () => {
  it('are never edited: files that went through them hold just these tables', () => {
    const digests = migrations.map((step) => createHash('sha256').update(step).digest('hex').slice(0, 16));
    expect(digests).toEqual([
      '366e3d4116f1e651',
      '0acd42c6fe9cf606',
      '57572c6fde18f17f',
      'c1a634a4475c2b6e',
      '3805dfe7d559d6f1',
      'da37ebc96e72188e',
    ]);
  });
});
