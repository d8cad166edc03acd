import type { BatchMessage } from '../domain/batch.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import type { BodyBuffers } from './body-buffers.ts';
import type { ByteLine, HeldBytes } from './held-bytes.ts';
import type { Slots } from './slots.ts';

/** Ports of an ant, the worker that copies files. */
export interface AntPorts {
  readonly source: Source;
  readonly store: ObjectStore;
  /** Bounds the files in flight in this process. */
  readonly slots: Slots;
  /** Bounds the bytes of bodies held in this process. */
  readonly bytes: HeldBytes;
  /** Assembles bodies that arrive in chunks. If absent, each body gets memory of its own. */
  readonly buffers?: BodyBuffers;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Name of this worker, recorded in the evidence. */
  readonly worker: string;
}

/** Those of one batch, as its files use them. */
export type FilePorts = Omit<AntPorts, 'slots' | 'bytes'> & { readonly bytes: ByteLine };

/** Settings of a batch that apply to each of its files. */
export type CopyPolicy = Pick<BatchMessage, 'existing' | 'sha256' | 'generation' | 'video' | 'insists'>;
