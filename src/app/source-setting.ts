import type { Journal } from '../journal/journal.ts';
import type { SourceSpec } from './connect.ts';

const settingName = 'source-store';

/** How to reach the buckets of a state's sources. Saved so that later commands need no options for it. Holds no secrets. */
type SourceStoreSetting = Pick<SourceSpec, 'buckets' | 'ca'>;

/** Saves how this copy reaches buckets. One without sources in buckets leaves what an earlier one has saved. */
export async function saveSourceStore(journal: Journal, { buckets, ca }: SourceStoreSetting): Promise<void> {
  if (!buckets || buckets.named.length === 0) return;
  await journal.setSetting(settingName, { buckets, ...(ca === undefined ? {} : { ca }) } satisfies SourceStoreSetting);
}

/** Returns how to reach the buckets of a state's sources. Empty if none was in a bucket. */
export async function readSourceStore(journal: Journal): Promise<SourceStoreSetting> {
  return ((await journal.setting(settingName)) as SourceStoreSetting | undefined) ?? {};
}
