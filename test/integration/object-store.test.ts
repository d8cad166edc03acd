import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openFolderStore } from '../../src/storage/folder/store.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';
import { objectStoreContract } from '../contract/object-store/object-store.contract.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';

objectStoreContract({
  name: 'memory',
  capabilities: allCapabilities,
  open: async () => ({ store: openMemoryStore(), close: async () => undefined }),
});

objectStoreContract({
  name: 'a folder',
  capabilities: { ...allCapabilities, metadata: false, cacheControl: false, emptySegments: false },
  open: async () => {
    const path = await mkdtemp(join(tmpdir(), 'flants-folder-'));
    return { store: openFolderStore({ path }), close: () => rm(path, { recursive: true }) };
  },
});

describe.skipIf(!hasVersitygw)('with versitygw installed', () => {
  objectStoreContract({
    name: 'S3 that is strict (versitygw)',
    capabilities: { ...allCapabilities, emptySegments: false },
    open: async () => {
      const server = await startVersitygw();
      return { store: openS3At(server, 'some/prefix'), close: server.stop };
    },
  });
});

objectStoreContract({
  name: 'S3 that is lenient (fauxqs)',
  capabilities: { ...allCapabilities, createOnly: false, replaceOnly: false, checksums: 'none' },
  open: async () => {
    const server = await startFauxqs();
    return { store: openS3At(server, 'some/prefix'), close: server.stop };
  },
});
