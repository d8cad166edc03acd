import { crc32Hex } from '../../src/storage/checksum.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { MemoryStore } from '../../src/storage/memory-store.ts';
import { destinationInStore } from '../../src/verifier/destination.ts';
import type { Destination } from '../../src/verifier/destination.ts';
import { verifyPresentation } from '../../src/verifier/verify.ts';
import type { VerifyRequest } from '../../src/verifier/verify.ts';
import type { VerifyReport } from '../../src/domain/report/verification.ts';

const never = new AbortController().signal;
/** Its playlists. */
export const multivariant = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio/en.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"
video.m3u8
`;
export const video = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-KEY:METHOD=AES-128,URI="key.bin"
#EXT-X-MAP:URI="init.mp4"
#EXTINF:2,
#EXT-X-BYTERANGE:4@4
all.m4s
#EXT-X-ENDLIST
`;
export const audio =
  '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nen0.aac\n#EXT-X-GAP\n#EXTINF:2,\nen1.aac\n#EXT-X-ENDLIST\n';

/** A small presentation as a copy has it, with changes: undefined leaves a file out. */
export async function copyOf(
  changes: Readonly<Record<string, string | Uint8Array | undefined>> = {},
): Promise<MemoryStore> {
  const store = openMemoryStore();
  const files: Record<string, string | Uint8Array | undefined> = {
    'lib/master.m3u8': multivariant,
    'lib/video.m3u8': video,
    'lib/audio/en.m3u8': audio,
    'lib/key.bin': 'sixteen bytes ok',
    'lib/init.mp4': 'init',
    'lib/all.m4s': '01234567',
    'lib/audio/en0.aac': 'audio',
    ...changes,
  };
  for (const [key, content] of Object.entries(files)) {
    if (content === undefined) continue;
    const body = typeof content === 'string' ? Buffer.from(content) : content;
    await store.put(key, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
  }
  return store;
}

/** Such a copy, as a destination. */
export const inStore = (store: MemoryStore, keepsChecksums: boolean): Destination =>
  destinationInStore(store, { root: 's3://bucket/', prefix: 'lib/', keepsChecksums });

/** Verifies it from its first playlist on. */
export const verify = async (store: MemoryStore, changes: Partial<VerifyRequest> = {}): Promise<VerifyReport> =>
  verifyPresentation(
    {
      name: 'copy',
      playlistUrl: 's3://bucket/lib/master.m3u8',
      destination: inStore(store, true),
      expected: async () => undefined,
      acceptedBecause: () => undefined,
      readsBytes: false,
      peeks: false,
      concurrency: 4,
      ...changes,
    },
    never,
  );
