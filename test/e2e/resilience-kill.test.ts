import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { seededRandom } from '../model/random.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { arrived } from './arrived.ts';
import { differing, full, openStage } from './stage.ts';

const files = full ? 3_000 : 600;
const kills = full ? 20 : 5;
const concurrency = 32;
const fileBytes = 16 * 1024;
/** A third of a second for each file, so about a hundred files a second in all. */
const bytesPerSecond = 3 * fileBytes;
const longestExtraMs = 300;
/** Long enough to be over in the middle of starting, of reading playlists, or of the first files. */
const longestStartMs = 1_000;

const library: SyntheticShape = { videos: 3, filesPerVideo: files / 3, fileBytes, seed: 'kill' };

describe.skipIf(!hasVersitygw)('a copy to versitygw that is killed again and again', () => {
  it('is whole at the end, and costs only what was in flight', { timeout: full ? 600_000 : 120_000 }, async () => {
    const stage = await openStage({
      destination: 'versitygw',
      library,
      rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'slow', bytesPerSecond } : undefined),
    });
    try {
      const catalogue = join(stage.scratch, 'videos.ndjson');
      await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
      const args = stage.copyArgs(catalogue, '--threads', '2', '--concurrency', String(concurrency));

      const startedAt = performance.now();
      for (const { after, extraMs } of randomMoments()) {
        const run = stage.start(args);
        await Promise.race([arrived(stage, after), run.ended]);
        await sleep(extraMs);
        expect(run.kill('SIGKILL'), 'it was still copying').toBe(true);
        expect(await run.ended).toMatchObject({ signal: 'SIGKILL' });
      }
      const last = await stage.start(args).ended;
      const seconds = (performance.now() - startedAt) / 1000;

      expect(last.code, last.stderr).toBe(0);
      expect(await differing(stage, syntheticFiles(library))).toEqual([]);
      const puts = stage.puts().length;
      const probes = stage.requests.filter(({ method }) => method === 'PUT').length - puts;
      console.log(
        `${files} files of ${fileBytes / 1024} KiB, ${kills} kills, ${seconds.toFixed(1)} s: ${puts} PUTs beside ${probes} of probes, ` +
          `${puts - files - library.videos} more than files and playlists; at most ${kills * concurrency} may be`,
      );
      expect(puts).toBeLessThanOrEqual(files + library.videos + kills * concurrency);
    } finally {
      await stage.close();
    }
  });
});

/**
 * When to kill: once so many different keys were written, at random within equal shares of the copy, and a random
 * moment later. Every fifth time the command is let live for that moment alone: it dies while it starts.
 */
function randomMoments(): readonly { readonly after: number; readonly extraMs: number }[] {
  const random = seededRandom(20_261_123);
  const share = Math.floor((files * 0.85) / kills);
  return Array.from({ length: kills }, (_, kill) =>
    kill % 5 === 2
      ? { after: 0, extraMs: random.below(longestStartMs) }
      : { after: kill * share + random.below(share), extraMs: random.below(longestExtraMs) },
  );
}
