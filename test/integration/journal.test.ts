import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { openObjectJournal } from '../../src/journal/object/journal.ts';
import type { ObjectJournalOptions } from '../../src/journal/object/journal.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { openFolderStore } from '../../src/storage/folder/store.ts';
import { guardWrites } from '../../src/storage/guard.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { describeJournal } from '../contract/journal/journal.contract.ts';
import type { JournalUnderTest } from '../contract/journal/fixtures.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { openS3At } from '../servers/open-s3.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import { temporaryState } from './temporary-state.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';

// Over stores, more objects are written than a listing has on a page.
vi.setConfig({ testTimeout: 120_000 });

describeJournal('memory', async () => {
  const journal = new MemoryJournal();
  return { journal, pages: { decisions: 16, submissions: 16 }, close: () => Promise.resolve() };
});

describeJournal('sqlite', async () => {
  const state = temporaryState();
  return {
    journal: new SqliteJournal(state.open()),
    pages: { decisions: 500, submissions: 1_000 },
    reopen: async () => new SqliteJournal(state.reopen()),
    close: async () => state.remove(),
  };
});

/** A list of objects has pages of 1,000 keys in S3; 16 bodies are read at a time. */
const listedInPages = { decisions: 48, submissions: 1_000 };
/** A folder is listed whole. */
const listedWhole = { decisions: 48, submissions: 48 };

function overStore(
  store: ObjectStore,
  close: () => Promise<unknown>,
  options: ObjectJournalOptions = {},
  pages = listedInPages,
): JournalUnderTest {
  const another = (): ReturnType<typeof openObjectJournal> => openObjectJournal(store, options);
  return { journal: another(), another, pages, reopen: async () => another(), close: async () => void (await close()) };
}

describeJournal('objects in memory', async () => {
  const store = openMemoryStore();
  return overStore(store, () => store.close());
});

describeJournal('objects in memory, nothing cached', async () => {
  const store = openMemoryStore();
  return overStore(store, () => store.close(), { cacheBytes: 0 });
});

describeJournal('objects in a folder', async () => {
  const path = await mkdtemp(join(tmpdir(), 'flants-journal-'));
  const store = openFolderStore({ path });
  return overStore(
    store,
    async () => {
      await store.close();
      await rm(path, { recursive: true });
    },
    {},
    listedWhole,
  );
});

/** One server for all tests of a store, and a prefix for each. */
function onServer(start: () => Promise<S3Server>): () => ObjectStore {
  let server: S3Server;
  let opened = 0;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());
  return () => {
    opened += 1;
    return openS3At(server, `private/${opened}`);
  };
}

describe.skipIf(!hasVersitygw)('with versitygw installed', () => {
  const open = onServer(startVersitygw);
  describeJournal('objects in a strict S3 (versitygw)', async () => {
    const store = open();
    return overStore(store, () => store.close());
  });
});

describe('with fauxqs', () => {
  const open = onServer(startFauxqs);
  describeJournal('objects in a lenient S3 (fauxqs)', async () => {
    const store = open();
    const capabilities = { ...allCapabilities, createOnly: false, replaceOnly: false, checksums: 'none' } as const;
    return { ...overStore(guardWrites(store, capabilities), () => store.close()), isUnguarded: true };
  });
});
