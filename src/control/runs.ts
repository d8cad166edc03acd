import type { FinishedRun } from '../domain/progress/live-view.ts';
import type { Journal } from '../journal/journal.ts';

/** Name of the setting that holds the runs of `copy` that have ended. */
const settingName = 'runs';

/** How many are kept. */
const maxRuns = 100;

/** Runs that have ended, the latest first. */
export async function finishedRuns(journal: Pick<Journal, 'setting'>): Promise<readonly FinishedRun[]> {
  return ((await journal.setting(settingName)) as readonly FinishedRun[] | undefined) ?? [];
}

/** Adds a run to those that have ended. Only for a process that owns the state alone. */
export async function saveFinishedRun(
  run: FinishedRun,
  journal: Pick<Journal, 'setting' | 'setSetting'>,
): Promise<void> {
  await journal.setSetting(settingName, [run, ...(await finishedRuns(journal))].slice(0, maxRuns));
}
