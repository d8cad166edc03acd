import { digestOf } from '../../src/domain/revision.ts';
import { failureWith } from '../../src/domain/failure.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';

/** A library of which the ledger changes as in a copy, without a byte being copied. */
export interface ChangingLibrary {
  readonly ids: readonly string[];
  readonly files: number;
  /** Digest and generation of a video's plan. */
  readonly revision: string;
  readonly generation: string;
  /** One change of one video, as `random` (in [0, 1)) has it. */
  change(random: () => number): Promise<void>;
}

/** Submits, seals and registers videos of some files each, of which none is done. */
export async function createChangingLibrary(
  { journal, ledger }: { readonly journal: Journal; readonly ledger: Ledger },
  { videos, files }: { readonly videos: number; readonly files: number },
): Promise<ChangingLibrary> {
  const ids = Array.from({ length: videos }, (_, number) => `video-${String(number).padStart(4, '0')}`);
  const plan = {
    files: Array.from({ length: files }, (_, index) => ({
      key: `seg-${index}.ts`,
      url: `https://cdn.example/seg-${index}.ts`,
      role: 'segment' as const,
    })),
    documents: [],
    playlists: [],
  };
  const revision = digestOf(plan);
  const generation = 'b';
  const rest = { total: files, playlists: [], external: [], warnings: [], hasTokens: false };
  for (const id of ids) {
    const submission = {
      id,
      playlistUrl: `https://cdn.example/${id}/master.m3u8?token=secret`,
      title: `Title of ${id}`,
    };
    await journal.decide({ type: 'submitted', video: id, at: '2026-11-01T00:00:00.000Z', submission });
    await journal.seal({ video: id, digest: revision, ...plan, ...rest });
    await ledger.apply(id, { type: 'open', generation: 'a' });
    await ledger.apply(id, { type: 'register', seen: 'a', generation, revision, total: files, done: [] });
  }
  return {
    ids,
    files,
    revision,
    generation,
    async change(random) {
      const below = (bound: number): number => Math.floor(random() * bound);
      const id = ids[below(ids.length)] ?? '';
      const from = below(files);
      const some = Array.from({ length: 1 + below(8) }, (_, n) => (from + n * (1 + below(3))) % files);
      const named = { generation, revision } as const;
      const chance = random();
      if (chance < 0.6) return void (await ledger.apply(id, { type: 'record', ...named, done: some, failed: [] }));
      if (chance < 0.75) {
        const failure = failureWith('source.not-found', 'no such file', { status: 404 });
        const told = { url: 'https://cdn.example/x', failure, generation, tries: 3, worker: 'w', at: '' };
        await journal.recordOutcomes(
          id,
          some.map((index) => ({ index, kind: 'failed', failure: { ...told, key: `seg-${index}.ts` } })),
        );
        return void (await ledger.apply(id, { type: 'record', ...named, done: [], failed: some }));
      }
      if (chance < 0.85) return void (await ledger.apply(id, { type: 'reopen', ...named, files: some }));
      if (chance < 0.95) return void (await ledger.apply(id, { type: 'accept', ...named, files: some }));
      await ledger.apply(id, { type: 'hold', generation, hold: random() < 0.5 ? 'paused' : null });
    },
  };
}
