import { describe, vi } from 'vitest';
import { objectStoreContract } from '../contract/object-store/object-store.contract.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasStore, testedStores } from '../servers/other-stores.ts';

// Some of them are slow where thousands of objects are to be written.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

describe.each(testedStores)('with $name installed', (other) => {
  describe.skipIf(!hasStore(other))('it', () => {
    objectStoreContract({
      name: `${other.name} ${other.version}`,
      capabilities: other.capabilities,
      shortcomings: other.shortcomings ?? [],
      open: async () => {
        const server = await other.start();
        return { store: openS3At(server, 'some/prefix'), close: server.stop };
      },
    });
  });
});
