import type { MessagePort } from 'node:worker_threads';
import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';

/** The task of a thread: one batch. `Extra` is data that the ant needs afresh each time, such as credentials. */
export interface ThreadTask<Extra> {
  readonly message: BatchMessage;
  readonly extra: Extra;
  readonly port: MessagePort;
}

/** Messages from the dispatcher to the thread. `extra` replaces the data that the thread was given before. */
export type ToThread<Extra> =
  | { readonly type: 'drain' }
  | { readonly type: 'abort' }
  | { readonly type: 'extra'; readonly extra: Extra };

/** Messages from the thread to the dispatcher. `begun` comes first, before any file is touched, and `end` last. */
export type FromThread =
  | { readonly type: 'begun' }
  | { readonly type: 'outcomes'; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'end'; readonly end: BatchEnd };
