import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from './gate.ts';
import type { PlannedKill, Prey } from './kill-plan.ts';
import type { Progress } from './progress.ts';
import type { Herd } from './start-herd.ts';

/** What the killer needs to know. */
export interface Hunt {
  readonly victims: Herd;
  readonly gate: Gate;
  readonly progress: Progress;
  /** Of the whole library. */
  readonly files: number;
  readonly onKill: (prey: Prey) => void;
}

const lookMs = 20;

/** Kills one after another, each in the midst of work: the origin keeps back files until the kill that is due is done. */
export async function killAll(
  plan: readonly PlannedKill[],
  { victims, gate, progress, files, onKill }: Hunt,
): Promise<void> {
  for (const [index, { prey, number, afterFiles, afterMs, pauseMs }] of plan.entries()) {
    gate.allow(Math.min(files - 1, Math.ceil((files / plan.length) * (index + 1))));
    await until(
      () => gate.passed() >= afterFiles,
      progress,
      () => `${afterFiles} files to be asked for`,
    );
    await sleep(afterMs);
    await victims[prey][number]?.kill(pauseMs);
    onKill(prey);
  }
  gate.allow(files);
}

/** Looks again and again until it is so. Throws where there is no hope of it. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  progress: Progress,
  waitedFor: () => string,
): Promise<void> {
  while (!(await isSo())) {
    progress.assertHope(waitedFor);
    await sleep(lookMs);
  }
}
