import { maxBatchFiles } from '../../domain/batch.ts';
import type { BatchEnd, BatchMessage } from '../../domain/batch.ts';
import type { Outcome } from '../../domain/outcome.ts';

/** Version of what dispatcher and function say to each other. Each refuses any other. */
export const messageFormat = 1;

/**
 * Most bytes of a synchronous invocation, each way. The service documents 6 MB and takes 6,291,556 bytes; the difference
 * is kept for what surrounds a message.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const maxPayloadBytes = 6_000_000;

/** A function's share of what the origin and the destination may be asked for in all. */
export interface Share {
  /** Files in flight. */
  readonly connections: number;
  /** Absent: no limit. */
  readonly bytesPerSecond?: number;
  /** Absent: no limit. */
  readonly sourceRequestsPerSecond?: number;
  /** Absent: no limit. */
  readonly storeRequestsPerSecond?: number;
}

/**
 * Asks a function to copy a batch. `Settings` say where from and where to.
 *
 * It holds no secrets of the source's or the store's, but URLs and cookies that were signed for these files and expire.
 */
export interface BatchRequest<Settings> {
  readonly format: typeof messageFormat;
  readonly type: 'batch';
  readonly batch: BatchMessage;
  readonly settings: Settings;
  readonly budget: Share;
}

/** Asks a function who it is, at the start of a run: whatever is wrong with it shows before the first file. */
export interface HelloRequest {
  readonly format: typeof messageFormat;
  readonly type: 'hello';
}

/** What a function is sent. */
export type FunctionRequest<Settings> = BatchRequest<Settings> | HelloRequest;

/** The answer to a batch. Files without an outcome were not attempted, or did not fit into the answer. */
export interface BatchAnswer {
  readonly format: typeof messageFormat;
  readonly type: 'batch';
  readonly end: Extract<BatchEnd, 'finished' | 'stopped'>;
  readonly outcomes: readonly Outcome[];
  /** The evidence of all files that were copied, or found unchanged, is in the journal. */
  readonly isRecorded: boolean;
  /** Why evidence is not in a journal that it should be in. */
  readonly trouble?: string;
}

/** The answer to a greeting. */
export interface HelloAnswer {
  readonly format: typeof messageFormat;
  readonly type: 'hello';
  /** Of FLAnts. */
  readonly version: string;
  readonly memoryMb: number;
  /** How long an invocation may take, as far as a function knows: what was left when it began. */
  readonly timeoutMs: number;
  readonly architecture: string;
}

/** The answer to a request that the function does not understand. */
export interface RefusalAnswer {
  readonly format: typeof messageFormat;
  readonly type: 'refused';
  readonly version: string;
  readonly message: string;
}

/** What a function answers. */
export type FunctionAnswer = BatchAnswer | HelloAnswer | RefusalAnswer;

/** Checks a request as a function got it: by its marks only, since the dispatcher is of the same make. */
export function readRequest<Settings>(event: unknown): FunctionRequest<Settings> | undefined {
  if (!isRecord(event) || event['format'] !== messageFormat) return undefined;
  if (event['type'] === 'hello') return { format: messageFormat, type: 'hello' };
  const { type, batch, settings, budget } = event;
  if (type !== 'batch' || !isRecord(settings) || !isRecord(batch) || !isRecord(budget)) return undefined;
  const { files } = batch;
  const isBatch = batch['format'] === 1 && Array.isArray(files) && files.length <= maxBatchFiles;
  if (!isBatch || !isCount(budget['connections'])) return undefined;
  return event as unknown as BatchRequest<Settings>;
}

/** Checks an answer as it came over the network. Undefined for one that no function of ours gave. */
export function readAnswer(value: unknown): FunctionAnswer | undefined {
  if (!isRecord(value) || value['format'] !== messageFormat) return undefined;
  switch (value['type']) {
    case 'hello':
      return isCount(value['memoryMb']) && isCount(value['timeoutMs']) && typeof value['version'] === 'string'
        ? (value as unknown as HelloAnswer)
        : undefined;
    case 'refused':
      return typeof value['message'] === 'string' ? (value as unknown as RefusalAnswer) : undefined;
    case 'batch': {
      const { end, outcomes, isRecorded } = value;
      const isKnown = (end === 'finished' || end === 'stopped') && typeof isRecorded === 'boolean';
      const areOutcomes = Array.isArray(outcomes) && outcomes.every(isOutcome);
      return isKnown && areOutcomes ? (value as unknown as BatchAnswer) : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Leaves the largest outcomes out of an answer until it fits. Their files count as not attempted; when they come again,
 * their evidence is found in the journal, or their objects at the destination.
 */
export function fitAnswer(answer: BatchAnswer, limit = maxPayloadBytes): BatchAnswer {
  const sizes = answer.outcomes.map((outcome) => ({ outcome, bytes: sizeOf(outcome) + 1 }));
  let total = sizeOf({ ...answer, outcomes: [] }) + sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= limit) return answer;
  const kept = new Set(answer.outcomes);
  for (const { outcome, bytes } of sizes.toSorted((a, b) => b.bytes - a.bytes)) {
    if (total <= limit) break;
    kept.delete(outcome);
    total -= bytes;
  }
  return { ...answer, end: 'stopped', outcomes: answer.outcomes.filter((outcome) => kept.has(outcome)) };
}

/** Bytes of a value as JSON. */
export function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function isOutcome(value: unknown): boolean {
  if (!isRecord(value) || !Number.isInteger(value['index'])) return false;
  if (value['kind'] === 'failed') return isRecord(value['failure']) && isRecord(value['failure']['failure']);
  return (value['kind'] === 'copied' || value['kind'] === 'unchanged') && isRecord(value['evidence']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
