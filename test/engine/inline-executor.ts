import type { Outcome } from '../../src/domain/outcome.ts';
import type { Executor } from '../../src/executor/executor.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { Source } from '../../src/storage/source.ts';
import { createHeldBytes } from '../../src/transfer/held-bytes.ts';
import { createSlots } from '../../src/transfer/slots.ts';
import { transferBatch } from '../../src/transfer/transfer-batch.ts';
import { fixedStreamLimit } from './fixed-stream-limit.ts';

/** Copies in this very thread: what happens in threads is tested with threads. */
export function inlineExecutor(source: Source, store: ObjectStore, worker = 'inline'): Executor {
  const ports = {
    source,
    store,
    slots: createSlots(fixedStreamLimit(8)),
    bytes: createHeldBytes(1 << 26),
    now: Date.now,
    worker,
  };
  return {
    concurrency: 2,
    lanes: 2,
    run: async (message, { onOutcomes, drain, signal }) => {
      const told: Outcome[] = [];
      const end = await transferBatch(message, ports, { drain, signal, onOutcome: (outcome) => told.push(outcome) });
      await onOutcomes(told);
      return end;
    },
    close: () => Promise.resolve(),
  };
}
