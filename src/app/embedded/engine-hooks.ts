import type { RunHooks } from '../../engine/run-host.ts';
import { saveKeyRules } from '../../engine/key-rules.ts';
import type { FunctionMeter } from '../functions/meter.ts';
import { emit } from './emit.ts';
import type { CopyContext } from './report-run.ts';
import type { RunBudget } from './run-budget.ts';

/** What counts what a run costs. Each is absent where nobody wants to know. */
export interface RunMeters {
  readonly meter: FunctionMeter | undefined;
  readonly budget: RunBudget | undefined;
}

/** Returns hooks that count the engine's events, and emit them. */
export function engineHooksOf(
  { hooks, state: { journal, tracker }, keyRules }: CopyContext,
  { meter, budget }: RunMeters,
): RunHooks {
  return {
    drain: hooks.drain,
    signal: hooks.signal,
    onOutcome: (_, outcome) => {
      if (outcome.kind !== 'failed') tracker.recorded(outcome);
      budget?.recorded(outcome);
      if (outcome.kind === 'copied') meter?.wrote(outcome.evidence.sizeBytes);
    },
    onFailures: (video, { final, again }) => {
      tracker.failed(final.length);
      for (const { key, url, failure } of final) emit(hooks, { type: 'file-failed', video, key, url, failure });
      for (const retry of again) emit(hooks, { type: 'tried-again', video, ...retry });
    },
    onReopened: (_, unchanged) => tracker.reopened(unchanged),
    onPostponed: (video, delayMs, failure) => emit(hooks, { type: 'tried-again', video, delayMs, failure }),
    onPlanned: async (video, counts) => {
      await saveKeyRules(journal, keyRules);
      emit(hooks, { type: 'planned', video, ...counts });
    },
    onWait: (video, delayMs) => emit(hooks, { type: 'video', video, state: 'live', delayMs }),
    onState: (video, videoState, failure) =>
      emit(hooks, { type: 'video', video, state: videoState, ...(failure ? { failure } : {}) }),
    onWaiting: ({ isAllThatIsLeft, ...waiting }) =>
      emit(hooks, { type: 'waiting', ...waiting, allThatIsLeft: isAllThatIsLeft }),
    onWarning: (video, message) => emit(hooks, { type: 'warning', video, message }),
    onInvalidated: (video, paths) => emit(hooks, { type: 'invalidated', video, paths }),
  };
}
