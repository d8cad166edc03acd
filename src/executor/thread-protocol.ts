import type { MessagePort } from 'node:worker_threads';
import type { BatchEnd, BatchMessage } from '../domain/batch.ts';
import type { Outcome } from '../domain/outcome.ts';

/** What a thread is given with each batch. `Extra` is what the ant wants anew each time, such as credentials. */
export interface ThreadTask<Extra> {
  readonly message: BatchMessage;
  readonly extra: Extra;
  readonly port: MessagePort;
}

/** From the dispatcher to the thread. `extra` takes the place of what the thread was given before. */
export type ToThread<Extra> =
  | { readonly type: 'drain' }
  | { readonly type: 'abort' }
  | { readonly type: 'extra'; readonly extra: Extra };

/** From the thread to the dispatcher. `end` is the last word, so that no outcome comes after it. */
export type FromThread =
  | { readonly type: 'outcomes'; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'end'; readonly end: BatchEnd };
