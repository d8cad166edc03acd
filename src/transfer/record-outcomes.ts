import type { Outcome } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';

/** Writes outcomes to the journal in groups of its preferred size. */
export interface OutcomeRecorder {
  /**
   * Records outcomes now, or a little later together with others. What could not be recorded is thrown by the call that
   * writes next, by `finish` at the latest.
   */
  record(outcomes: readonly Outcome[]): Promise<void>;
  /** Resolves when all outcomes are in the journal. To be called whatever became of the batch. */
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
  let pending: Outcome[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeAfter = async (previous: Promise<void>, outcomes: readonly Outcome[]): Promise<void> => {
    await previous;
    await journal.recordOutcomes(video, outcomes);
    onRecorded(outcomes);
  };
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return writing;
    const outcomes = pending;
    pending = [];
    writing = writeAfter(writing, outcomes);
    // Callers that await the write see its error. Until one does, it must not count as an unhandled rejection.
    writing.catch(() => undefined);
    return writing;
  };

  const writeNow = (): void => void write();
  flush.addEventListener('abort', writeNow, { once: true });
  return {
    async record(outcomes) {
      pending.push(...outcomes);
      if (pending.length >= maxOutcomes || maxDelayMs <= 0 || flush.aborted) return write();
      timer ??= setTimeout(() => void write(), maxDelayMs);
    },
    finish() {
      flush.removeEventListener('abort', writeNow);
      return write();
    },
  };
}
