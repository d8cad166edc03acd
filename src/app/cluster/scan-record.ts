import type { Journal } from '../../journal/journal.ts';
import type { FailedScan } from '../../domain/report/library-status.ts';
import type { ScanSummary } from '../../domain/report/scan-summary.ts';
import type { VideoId } from '../../domain/video.ts';
import type { RedisClient } from '../../redis/connect.ts';
import { refusedByRedis } from '../../redis/refused.ts';

const settingName = 'scan';

/** Saves the summary of the latest scan, for reports. */
export async function saveScan(journal: Journal, summary: ScanSummary): Promise<void> {
  await journal.setSetting(settingName, summary);
}

/** Returns the summary of the latest scan. Undefined before the first. */
export async function readLastScan(journal: Journal): Promise<ScanSummary | undefined> {
  return (await journal.setting(settingName)) as ScanSummary | undefined;
}

/** Whether the latest scan no longer found a video that an earlier one had found. */
export async function isWithdrawn(video: VideoId, journal: Journal): Promise<boolean> {
  return (await readLastScan(journal))?.withdrawn.ids.includes(video) ?? false;
}

/** Tells the cluster that the catalogue cannot be read, or that it can. Of several failures in a row the first says since when. */
export async function saveScanEnd(
  redis: Pick<RedisClient, 'get' | 'set' | 'del'>,
  key: string,
  failed: Omit<FailedScan, 'since'> | undefined,
): Promise<void> {
  if (!failed) return void (await refusedByRedis(redis.del(key)));
  const { since = failed.at } = (await readFailedScan(redis, key)) ?? {};
  await refusedByRedis(redis.set(key, JSON.stringify({ ...failed, since } satisfies FailedScan)));
}

/** Since when the catalogue cannot be read, and why. Undefined where the latest scan could. */
export async function readFailedScan(redis: Pick<RedisClient, 'get'>, key: string): Promise<FailedScan | undefined> {
  const told = await refusedByRedis(redis.get(key));
  return told === null ? undefined : (JSON.parse(told) as FailedScan);
}
