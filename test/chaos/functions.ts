import { minute } from '../../src/domain/units.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import { seededRandom } from '../model/random.ts';
import { buildFunction, functionHandler } from '../servers/function-code.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';

/** Functions that copy, and what the roles of a cluster need to find them. */
export interface ChaosFunctions {
  readonly env: Readonly<Record<string, string>>;
  /** What became of them. */
  counts(): { readonly invocations: number; readonly answersLost: number; readonly functionsKilled: number };
  stop(): Promise<void>;
}

/** More than may run at a time, since those of a transfer process that was killed run on. */
const environments = 8;
const atATime = 4;
/** Of all invocations. */
const lostShare = 0.1;
const killedShare = 0.1;
const longestKillMs = 500;

/** Starts runtime processes of which some are killed, behind a front that loses some of their answers. */
export async function startFunctions({ server }: ClusterStage, seed: number): Promise<ChaosFunctions> {
  const random = seededRandom(seed);
  const happens = (share: number): boolean => random.below(1_000) < share * 1_000;
  let [answersLost, functionsKilled] = [0, 0];
  const isBatch = (payload: Buffer): boolean => payload.includes('"type":"batch"');
  const backend = openPool({
    taskRoot: await buildFunction(),
    handler: functionHandler,
    memoryMb: 1_769,
    // The gate holds files back for long.
    timeoutMs: 10 * minute,
    environments,
    freezes: true,
    env: { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey },
    killAfterMs: (payload) => {
      if (!isBatch(payload) || !happens(killedShare)) return undefined;
      functionsKilled += 1;
      return random.below(longestKillMs);
    },
  });
  const front = await startLambdaFront({
    backend,
    fault: ({ event }) => {
      if (event.type !== 'batch' || !happens(lostShare)) return undefined;
      answersLost += 1;
      return { kind: 'lose' };
    },
  });
  return {
    env: {
      FLANTS_EXECUTOR: 'lambda',
      FLANTS_FUNCTION: 'function',
      FLANTS_LAMBDA_ENDPOINT: front.endpoint,
      FLANTS_MAX_BATCHES: String(atATime),
    },
    counts: () => ({ invocations: front.counts.run, answersLost, functionsKilled }),
    stop: () => front.stop(),
  };
}
