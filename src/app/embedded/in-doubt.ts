import { indicesOf } from '../../domain/index-ranges.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Executor } from '../../executor/executor.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** Files that a run which was killed had given out, by video: they may have been written, and nobody heard of it. */
export type InDoubt = ReadonlyMap<VideoId, ReadonlySet<number>>;

/** Finds what a run that was killed had given out. To be called before its leases are ended. */
export async function findInDoubt(ledger: Pick<Ledger, 'videos' | 'leases'>): Promise<InDoubt> {
  const found = new Map<VideoId, ReadonlySet<number>>();
  for await (const { video } of ledger.videos()) {
    const leases = await ledger.leases(video);
    const files = leases.flatMap((lease) => (lease.kind === 'batch' ? [...indicesOf(lease.files)] : []));
    if (files.length > 0) found.set(video, new Set(files));
  }
  return found;
}

/**
 * Tells workers which files are in doubt, so that they look before they write. Worth it where workers outlive the run: they
 * have then most probably written all that they had.
 */
export function tellInDoubt(executor: Executor, inDoubt: InDoubt): Executor {
  if (inDoubt.size === 0) return executor;
  return {
    concurrency: executor.concurrency,
    lanes: executor.lanes,
    run: (message, options) => {
      const doubtful = inDoubt.get(message.video);
      const files = message.files.map((file) =>
        doubtful?.has(file.index) ? { ...file, mayStand: true as const } : file,
      );
      return executor.run({ ...message, files }, options);
    },
    close: () => executor.close(),
  };
}
