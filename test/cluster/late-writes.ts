import type { Ledger } from '../../src/ledger/ledger.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { sourceMark, sourceMetadata } from '../../src/domain/names/source-identity.ts';
import { home } from '../engine/harness.ts';
import { exchange } from './gate.ts';
import type { Gate } from './gate.ts';

const { signal } = new AbortController();

/** Writes bytes of ours that no condition guards, as a destination without conditions would let a late ant. */
export async function overwrite(store: ObjectStore, key: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const metadata = { [sourceMetadata]: sourceMark({ url: `${home}/${key}` }) };
  await store.put(key, bytes, crc32Hex(bytes), { contentType: 'video/mp2t', cacheControl: '', metadata, signal });
}

/** A ledger of a process that stalls where it stands before the gate: from then on it renews no claim. */
export function stalling(usual: Ledger, gate: Gate): Ledger {
  return exchange(usual, {
    async lease(video, lease) {
      if (gate.isReached()) await gate.pass();
      return usual.lease(video, lease);
    },
    async renew(...given) {
      if (gate.isReached()) await gate.pass();
      return usual.renew(...given);
    },
  });
}
