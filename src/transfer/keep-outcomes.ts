import type { Outcome } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Puts outcomes into the journal as it likes them to come. */
export interface OutcomeRecorder {
  /** Takes outcomes; they are kept now, or with others a little later. Throws what keeping earlier ones threw. */
  keep(outcomes: readonly Outcome[]): Promise<void>;
  /** Resolves when all that were taken are kept. */
  finish(): Promise<void>;
}

/** How a keeper is followed. */
export interface RecorderHooks {
  /** Hears of outcomes once they are in the journal. */
  readonly onRecorded: (outcomes: readonly Outcome[]) => void;
  /** Aborted: the process may be ended soon, so nothing waits for others any more. */
  readonly flush: AbortSignal;
}

/** Keeps the outcomes of one batch. */
export function createOutcomeRecorder(
  video: VideoId,
  journal: Pick<Journal, 'grouping' | 'recordOutcomes'>,
  { onRecorded, flush }: RecorderHooks,
): OutcomeRecorder {
  const { maxOutcomes, maxDelayMs } = journal.grouping;
  let waiting: Outcome[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeAfter = async (before: Promise<void>, outcomes: readonly Outcome[]): Promise<void> => {
    await before;
    await journal.recordOutcomes(video, outcomes);
    onRecorded(outcomes);
  };
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return writing;
    const outcomes = waiting;
    waiting = [];
    writing = writeAfter(writing, outcomes);
    // Who waits for it hears of it; until somebody does, it is no unhandled rejection.
    writing.catch(() => undefined);
    return writing;
  };

  const hasten = (): void => void write();
  flush.addEventListener('abort', hasten, { once: true });
  return {
    async keep(outcomes) {
      waiting.push(...outcomes);
      if (waiting.length >= maxOutcomes || maxDelayMs <= 0 || flush.aborted) return write();
      timer ??= setTimeout(() => void write(), maxDelayMs);
    },
    finish() {
      flush.removeEventListener('abort', hasten);
      return write();
    },
  };
}
