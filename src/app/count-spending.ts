import { fetchedBy } from '../domain/cost/budget.ts';
import type { SpentFacts } from '../domain/cost/budget.ts';
import { factsOf } from '../domain/cost/object-sizes.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { writeLimits } from '../transfer/write-limits.ts';

/** What was fetched from the source, and the requests that wrote it. */
export type FetchedAndWritten = Pick<SpentFacts, 'files' | 'bytes' | 'puts'>;

/** What outcomes of files say was fetched and written. */
export function spentBy(outcomes: readonly Outcome[]): FetchedAndWritten {
  const sum = { files: 0, bytes: 0, puts: 0 };
  for (const outcome of outcomes) {
    const fetched = fetchedBy(outcome);
    if (!fetched) continue;
    sum.files += fetched.files;
    sum.bytes += fetched.bytes;
    sum.puts += factsOf(fetched.bytes, writeLimits).puts;
  }
  return sum;
}

/** The same store. Calls back for each request that writes an object in one piece, as playlists are written. */
export function withCountedPuts(store: ObjectStore, onPut: () => void): ObjectStore {
  return {
    ...store,
    put(...args) {
      onPut();
      return store.put(...args);
    },
  };
}
