import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchEnd, BatchMessage } from '../../domain/batch.ts';
import { FlantsError, failureWith } from '../../domain/failure.ts';
import type { FunctionRequest } from '../../domain/cost/function-use.ts';
import type { Failure } from '../../domain/failure.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { backoffMs, jittered } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { second } from '../../domain/units.ts';
import type { Executor, RunOptions } from '../executor.ts';
import type { LambdaFunction } from './function.ts';
import { endOf } from './invocation-end.ts';
import type { InvocationEnd } from './invocation-end.ts';
import { messageFormat, sizeOf } from './message.ts';
import type { BatchAnswer, BatchRequest, HelloAnswer, Share } from './message.ts';
import { createPace } from './pace.ts';
import { readBilling } from './report.ts';
import { halve, splitBatch } from './split.ts';
import { withoutUser } from './without-user.ts';

/** Trouble with an invocation, for people. `log` is the end of the function's own log, of up to 4 KB. */
export interface Trouble {
  readonly message: string;
  readonly log?: string;
}

/** A function, what it is told, and limits. */
export interface LambdaExecutorOptions<Settings> {
  readonly lambda: LambdaFunction;
  /** As it has introduced itself. */
  readonly hello: HelloAnswer;
  /** Told with each batch. */
  readonly settings: Settings;
  /** What one function may use, when it is invoked. */
  readonly budget: () => Share;
  /** Most invocations in flight. */
  readonly invocations: number;
  /** How long nothing but refusals may come, beside what an invocation may take. */
  readonly patienceMs: number;
  readonly onUse: (use: FunctionRequest) => void;
  readonly onTrouble: (trouble: Trouble) => void;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

/** An answer is waited for this much longer than the function may take. */
const answerMarginMs = 10 * second;
/** A share that changes may be written with more digits. */
const spareBytes = 128;
const tellEveryMs = 10 * second;
/** Between requests for one batch that the service refuses. */
const backoff: Backoff = { baseDelayMs: second / 4, maxDelayMs: 20 * second };

/**
 * Runs each batch as one synchronous invocation of a function. Functions that cannot be run now are tried again here, so
 * that no file is charged for them; `InvocationEnd` has the table of what counts as such.
 *
 * A batch is alone in its function anyway, so that one that asks to be alone is not treated differently. Invocations in
 * flight cannot be told to stop: after `drain` their answers are awaited.
 *
 * `run` throws `executor.*` for what somebody has to mend, and for a service that only refuses for longer than the
 * patience.
 */
export function createLambdaExecutor<Settings>(options: LambdaExecutorOptions<Settings>): Executor {
  const { invocations, lambda } = options;
  const run = new LambdaRun(options);
  return {
    concurrency: invocations,
    // One function has as many streams as a batch has files.
    lanes: 1,
    run: (message, runOptions) => run.run(message, runOptions),
    close: () => lambda.close(),
  };
}

class LambdaRun<Settings> {
  readonly #options: LambdaExecutorOptions<Settings>;
  readonly #pace;
  readonly #now: () => number;
  readonly #surroundingBytes: number;
  readonly #timeoutMs: number;
  /** When a function last answered. */
  #servedAt: number;
  /** When a refusal of each kind was last told. */
  readonly #toldAt = new Map<string, number>();

  constructor(options: LambdaExecutorOptions<Settings>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#pace = createPace(options.invocations, this.#now);
    this.#surroundingBytes = sizeOf({ settings: options.settings, budget: options.budget() }) + spareBytes;
    this.#timeoutMs = options.hello.timeoutMs + answerMarginMs;
    this.#servedAt = this.#now();
  }

  async run(message: BatchMessage, options: RunOptions): Promise<BatchEnd> {
    const batchBytes = sizeOf({ ...message, files: [] });
    return this.#runAll(splitBatch(withoutUser(message), this.#surroundingBytes + batchBytes), options);
  }

  async #runAll(batches: readonly BatchMessage[], options: RunOptions): Promise<BatchEnd> {
    const ends: BatchEnd[] = [];
    for (const batch of batches) ends.push(await this.#runOne(batch, options));
    return ends.find((end) => end === 'worker-lost') ?? ends.find((end) => end === 'stopped') ?? 'finished';
  }

  async #runOne(batch: BatchMessage, options: RunOptions): Promise<BatchEnd> {
    const refused = { times: 0, since: this.#now() };
    const stop = AbortSignal.any([options.drain, options.signal]);
    for (;;) {
      const end = await this.#invoke(batch, options, stop);
      if (end === undefined) return 'stopped';
      switch (end.kind) {
        case 'answered':
          return this.#conclude(end.answer, batch, options);
        case 'died':
          return this.#bury(end, batch, options);
        case 'unusable':
          throw errorOf(end.failure);
        case 'too-large': {
          const halves = halve(batch);
          if (halves) return this.#runAll(halves, options);
          const failure = failureWith('executor.unusable', 'this file alone is more than an invocation takes');
          await options.onOutcomes(this.#failed(batch, { ...failure, code: 'internal' }));
          return 'finished';
        }
        default:
          this.#tellSeldom(end.kind, end.message);
          this.#loseNoPatience(refused.since, end.message);
          await sleep(delayOf(end, refused.times), undefined, { signal: stop }).catch(() => undefined);
          refused.times += 1;
      }
    }
  }

  /** Undefined where it was stopped before it could be sent, or before its answer came. */
  async #invoke(batch: BatchMessage, { signal }: RunOptions, stop: AbortSignal): Promise<InvocationEnd | undefined> {
    const { lambda, settings, budget } = this.#options;
    const request: BatchRequest<Settings> = { format: messageFormat, type: 'batch', batch, settings, budget: budget() };
    const release = await this.#pace.take({ signal: stop }).catch(() => undefined);
    if (!release) return undefined;
    let isThrottled = false;
    const startedAt = this.#now();
    try {
      const invocation = await lambda.invoke(JSON.stringify(request), { signal, timeoutMs: this.#timeoutMs });
      const end = endOf(invocation, lambda.name);
      isThrottled = end.kind === 'throttled';
      const log = invocation.result === 'answered' ? invocation.log : '';
      this.#account(end, log, this.#now() - startedAt);
      if (end.kind === 'died') this.#options.onTrouble({ message: end.message, ...(log === '' ? {} : { log }) });
      return end;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      release(isThrottled ? 'throttled' : 'served');
    }
  }

  async #conclude(
    answer: BatchAnswer | HelloAnswer,
    batch: BatchMessage,
    { onOutcomes }: RunOptions,
  ): Promise<BatchEnd> {
    if (answer.type === 'hello') {
      throw new FlantsError('executor.unusable', `${this.#options.lambda.name} answers a batch with a greeting`);
    }
    if (answer.trouble !== undefined) this.#options.onTrouble({ message: answer.trouble });
    const indices = new Set(batch.files.map(({ index }) => index));
    const outcomes = answer.outcomes.filter(({ index }) => indices.has(index));
    if (outcomes.length > 0) await onOutcomes(outcomes, { isRecorded: answer.isRecorded });
    return answer.end;
  }

  /** A function that died with one file has that file to blame; of several the guilty one is yet to be found. */
  async #bury(
    { message }: Extract<InvocationEnd, { kind: 'died' }>,
    batch: BatchMessage,
    { onOutcomes }: RunOptions,
  ): Promise<BatchEnd> {
    if (batch.files.length === 1) {
      await onOutcomes(this.#failed(batch, failureWith('worker.lost', `${message}, with this file only`)));
    }
    return 'worker-lost';
  }

  #failed({ files, generation }: BatchMessage, failure: Failure): readonly Outcome[] {
    const worker = this.#options.lambda.name;
    const at = new Date().toISOString();
    return files.map(({ index, key, url, tries }) => ({
      index,
      kind: 'failed',
      failure: { key, url, failure, generation, tries: tries + 1, worker, at },
    }));
  }

  #account(end: InvocationEnd, log: string, elapsedMs: number): void {
    const { onUse, hello } = this.#options;
    if (end.kind === 'throttled' || end.kind === 'unavailable') onUse({ kind: end.kind });
    if (end.kind !== 'answered' && end.kind !== 'died') return;
    this.#servedAt = this.#now();
    const billing = readBilling(log) ?? { billedMs: Math.ceil(elapsedMs), memoryMb: hello.memoryMb };
    onUse({ kind: 'ran', ...billing, ...(end.kind === 'died' ? { death: end.death } : {}) });
  }

  /** Refusals come by the hundred. */
  #tellSeldom(kind: 'throttled' | 'unavailable', message: string): void {
    if (this.#now() - (this.#toldAt.get(kind) ?? -Infinity) < tellEveryMs) return;
    this.#toldAt.set(kind, this.#now());
    this.#options.onTrouble({ message });
  }

  /** @throws {FlantsError} `executor.unreachable` once no function has run for so long */
  #loseNoPatience(refusedSince: number, message: string): void {
    const { patienceMs, hello } = this.#options;
    const silentMs = this.#now() - Math.max(this.#servedAt, refusedSince);
    if (silentMs <= patienceMs + hello.timeoutMs) return;
    throw new FlantsError('executor.unreachable', `no function ran for ${Math.round(silentMs / second)} s: ${message}`);
  }
}

function delayOf(end: Extract<InvocationEnd, { kind: 'throttled' | 'unavailable' }>, times: number): number {
  const delayMs = jittered(backoffMs(backoff, times), Math.random);
  return Math.max(delayMs, end.kind === 'throttled' ? (end.retryAfterMs ?? 0) : 0);
}

function errorOf({ code, message }: Failure): FlantsError {
  return new FlantsError(code, message);
}
