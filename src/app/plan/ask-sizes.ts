import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, failureWith } from '../../domain/failure.ts';
import { noObjects, tallyOf } from '../../domain/cost/object-sizes.ts';
import type { SizedGroup, SizedObject } from '../../domain/cost/object-sizes.ts';
import type { Cause } from '../../domain/report/plan.ts';
import { allocate } from '../../domain/cost/sampling.ts';
import { second } from '../../domain/units.ts';
import { forEachConcurrently } from '../../domain/waiting/for-each-concurrently.ts';
import type { Source } from '../../storage/source.ts';
import { countCauses } from './causes.ts';
import type { Candidate, Group } from './groups.ts';

/** How to ask. */
export interface AskOptions {
  readonly source: Pick<Source, 'sizeOf'>;
  /** Most to ask for in all, but for the few that each group needs. */
  readonly sampleFiles: number;
  readonly concurrency: number;
  /** Once aborted, no more are asked for. */
  readonly drain: AbortSignal;
  readonly signal: AbortSignal;
  readonly onAnswer: () => void;
}

/** What the source has said. */
export interface SizeAnswers {
  readonly groups: readonly SizedGroup[];
  /** Requests, tries among them. */
  readonly asked: number;
  readonly unanswered: readonly Cause[];
  /** Objects of groups of which nobody knows a size. */
  readonly unsized: number;
  /** Median of what an answer took. Absent without any. */
  readonly latencyMs?: number;
}

const maxTries = 3;
const usualDelayMs = second;
const longestDelayMs = 10 * second;
/** With fewer, the spread of a group is a guess. */
const leastOfGroup = 20;

/** Asks for the sizes of a random sample of each group. */
export async function askSizes(groups: readonly Group[], options: AskOptions): Promise<SizeAnswers> {
  const { sampleFiles, concurrency, drain } = options;
  const counts = groups.map((group) => tallyOf(group).objects);
  const least = Math.max(2, Math.min(leastOfGroup, Math.floor(sampleFiles / Math.max(1, groups.length) / 2)));
  const shares = allocate(counts, sampleFiles, sampleFiles === 0 ? 0 : least);
  const sized = groups.map((): SizedObject[] => []);
  const causes = countCauses();
  const latencies: number[] = [];
  let asked = 0;
  const ask = async ({ at, candidate }: Question): Promise<void> => {
    const { video, key, url, cookie, atLeastBytes } = candidate;
    const { source, signal, onAnswer } = options;
    for (let tries = 1; !drain.aborted; tries++) {
      asked += 1;
      const startedAt = performance.now();
      try {
        const sizeBytes = await source.sizeOf(url, { signal, ...(cookie === undefined ? {} : { cookie }) });
        latencies.push(performance.now() - startedAt);
        if (sizeBytes === undefined)
          causes.add(failureWith('source.status', `${key}: the source does not say how large it is`), video);
        else sized[at]?.push({ video, key, atLeastBytes, sizeBytes });
        break;
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(error);
        if (!failure.retryable || failure.code === 'source.denied' || tries === maxTries) {
          causes.add(failure, video);
          break;
        }
        const delayMs = Math.min(longestDelayMs, failure.retryAfterMs ?? usualDelayMs * tries);
        await sleep(delayMs, undefined, { signal: AbortSignal.any([drain, signal]) }).catch(() => undefined);
      }
    }
    onAnswer();
  };
  await forEachConcurrently(questions(groups, shares, drain), { concurrency }, ask);
  const answered = groups.map(({ host, perVideo }, at): SizedGroup => ({ host, perVideo, sized: sized[at] ?? [] }));
  const median = latencies.toSorted((a, b) => a - b)[latencies.length >> 1];
  return {
    groups: answered,
    asked,
    unanswered: causes.causes(),
    unsized: answered.reduce((sum, group) => sum + (group.sized.length > 0 ? 0 : unknownOf(group)), 0),
    ...(median === undefined ? {} : { latencyMs: median }),
  };
}

interface Question {
  /** Of the group. */
  readonly at: number;
  readonly candidate: Candidate;
}

async function* questions(
  groups: readonly Group[],
  shares: readonly number[],
  drain: AbortSignal,
): AsyncGenerator<Question> {
  for (const [at, group] of groups.entries()) {
    for (const candidate of group.sample.items().slice(0, shares[at])) {
      if (drain.aborted) return;
      yield { at, candidate };
    }
  }
}

/** Objects without a byte range, of which nothing at all is known. */
function unknownOf({ perVideo }: SizedGroup): number {
  return [...perVideo.values()].reduce((sum, tally) => sum + (tally.bytes > 0 ? 0 : tally.objects), noObjects.objects);
}
