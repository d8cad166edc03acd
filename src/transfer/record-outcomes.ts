import type { Outcome } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Writes outcomes to the journal in groups of its preferred size. */
export interface OutcomeRecorder {
  /** Takes outcomes; they are kept now, or with others a little later. Throws what keeping earlier ones threw. */
  record(outcomes: readonly Outcome[]): Promise<void>;
  /** Resolves when all that were taken are kept. */
  finish(): Promise<void>;
}

/** Callback and flush signal of a recorder. */
export interface RecorderHooks {
  /** Called with outcomes once they are in the journal. */
  readonly onRecorded: (outcomes: readonly Outcome[]) => void;
  /** Aborted when the process is about to stop: outcomes are then written at once and no longer grouped. */
  readonly flush: AbortSignal;
}

/** Creates a recorder for the outcomes of one batch. */
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

  const writeNow = (): void => void write();
  flush.addEventListener('abort', writeNow, { once: true });
  return {
    async record(outcomes) {
      waiting.push(...outcomes);
      if (waiting.length >= maxOutcomes || maxDelayMs <= 0 || flush.aborted) return write();
      timer ??= setTimeout(() => void write(), maxDelayMs);
    },
    finish() {
      flush.removeEventListener('abort', writeNow);
      return write();
    },
  };
}
