import type { BatchMessage } from '../src/domain/batch.ts';
import type { Outcome } from '../src/domain/outcome.ts';

/** A batch of a hundred files as a crawl makes them. */
export function batchOf(id: string): BatchMessage {
  const files = Array.from({ length: 100 }, (_, index) => {
    const url = `https://cdn.example/recordings/2026/11/29/${id}/stream-1080p/segment-${String(index).padStart(5, '0')}.ts`;
    return {
      index,
      key: url.slice('https://cdn.example/'.length),
      url,
      fetchUrl: `${url}?token=0123456789abcdef0123456789abcdef`,
      role: 'segment' as const,
      contentType: 'video/mp2t',
      cacheControl: 'public, max-age=31536000, immutable',
      tries: 0,
    };
  });
  return { format: 1, id, video: id, generation: 'g', files, existing: 'verify', sha256: false };
}

/** The outcomes of a batch of which every file was copied. */
export function copiedAll({ files, generation }: BatchMessage): readonly Outcome[] {
  const common = { sizeBytes: 1_000_000, crc32: '0a1b2c3d', etag: '"0123456789abcdef0123456789abcdef"' };
  const source = { etag: '"fedcba9876543210"', lastModified: 'Sun, 29 Nov 2026 00:00:00 GMT' };
  const when = { tries: 1, durationMs: 120, worker: 'function/0123abcd', at: '2026-11-29T00:00:00.000Z' };
  return files.map(({ index, key, url }) => ({
    index,
    kind: 'copied',
    evidence: { key, url, ...common, source, proof: 'written', generation, ...when },
  }));
}
