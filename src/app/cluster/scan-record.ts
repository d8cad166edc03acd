import type { Journal } from '../../journal/journal.ts';
import type { ScanSummary } from '../../domain/report/scan-summary.ts';
import type { VideoId } from '../../domain/video.ts';

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
