import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/progress/event.ts';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { seededRandom } from '../model/random.ts';
import { buildFunction, functionHandler } from '../servers/function-code.ts';
import { hasEmulator, startEmulator } from '../servers/lambda-emulator.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import type { FunctionShape } from '../servers/lambda-environment.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import type { FrontFault, FrontOptions, LambdaFront } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';
import type { Pool, PoolOptions } from '../servers/lambda-pool.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { arrived } from './arrived.ts';
import { differing, full, openStage, patient } from './stage.ts';
import type { Stage, StageOptions } from './stage.ts';

const small: SyntheticShape = { videos: 2, filesPerVideo: 150, fileBytes: 8 * 1024, seed: 'lambda' };
const large: SyntheticShape = {
  videos: full ? 10 : 3,
  filesPerVideo: full ? 2_000 : 240,
  fileBytes: 16 * 1024,
  seed: 'lambda-chaos',
};
/** Processes at a time: a machine of two cores has no use for more. */
const environments = 4;
const kills = full ? 8 : 1;

let taskRoot = '';
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  taskRoot = await buildFunction();
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(library: SyntheticShape, options: Pick<StageOptions, 'rule'> = {}) {
  const stage = await openStage({ destination: 'versitygw', library, ...options });
  closers.push(() => stage.close());
  const catalogue = join(stage.scratch, 'videos.ndjson');
  await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  return { stage, catalogue };
}

/** The function, with the rights of the stage's bucket. */
function shapeFor({ env }: Stage, timeoutMs: number): FunctionShape {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = env;
  const rights = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  return { taskRoot, handler: functionHandler, memoryMb: 1_769, timeoutMs, env: rights };
}

async function openFront(
  stage: Stage,
  pool: Partial<PoolOptions> = {},
  options: Partial<FrontOptions> = {},
): Promise<{ readonly front: LambdaFront; readonly pool: Pool }> {
  const opened = openPool({ ...shapeFor(stage, 20_000), environments, ...pool });
  const front = await startLambdaFront({ backend: opened, ...options });
  closers.push(() => front.stop());
  return { front, pool: opened };
}

function flagsFor(endpoint: string, functions: number): readonly string[] {
  const which = ['--executor', 'lambda', '--function', 'function', '--lambda-endpoint', endpoint];
  return [...which, '--max-batches', String(functions)];
}

/** PUTs of files and playlists: those that were stored, refused because the object was there, and cut off with a function. */
function putsOf(stage: Stage): { readonly stored: number; readonly refused: number; readonly unanswered: number } {
  const puts = stage.requests.filter(({ method, path }) => method === 'PUT' && !path.includes('.flants-probe'));
  const having = (status: number | undefined): number => puts.filter((put) => put.status === status).length;
  return { stored: having(200), refused: having(412), unanswered: having(undefined) };
}

const fateNames = ['throttle', 'lose', 'kill', 'cut', 'stall', 'trouble'] as const;
type Fate = (typeof fateNames)[number];

interface SentBatch {
  readonly type?: string;
  readonly batch?: { readonly video: string; readonly id: string };
}

/** Lets something befall each so-manieth batch of the first ones, one thing after the other. */
function fates({ each, most }: { readonly each: number; readonly most: number }) {
  const random = seededRandom(20_261_129);
  const fated = new Map<string, Fate>();
  const happened: Partial<Record<Fate, number>> = {};
  let count = 0;
  const nameOf = ({ batch }: SentBatch): string => `${batch?.video}/${batch?.id}`;
  return {
    happened,
    decide(event: SentBatch): FrontFault | undefined {
      if (event.type !== 'batch') return undefined;
      count += 1;
      const fate = count % each === 0 && count <= most ? fateNames[(count / each) % fateNames.length] : undefined;
      if (fate === undefined) return void fated.delete(nameOf(event));
      happened[fate] = (happened[fate] ?? 0) + 1;
      fated.set(nameOf(event), fate);
      if (fate === 'throttle') return { kind: fate, reason: 'ConcurrentInvocationLimitExceeded' };
      return fate === 'kill' || fate === 'stall' ? undefined : { kind: fate };
    },
    of: (payload: Buffer): Fate | undefined => fated.get(nameOf(JSON.parse(payload.toString()) as SentBatch)),
    delayMs: () => random.below(200),
  };
}

describe.skipIf(!hasVersitygw || !hasRuntime)('a copy by functions of AWS Lambda', patient, () => {
  it('is whole, and each file is written once', async () => {
    const { stage, catalogue } = await open(small);
    const { front } = await openFront(stage);
    const { code, stdout, stderr } = await stage.copy(catalogue, ...flagsFor(front.endpoint, 2));
    expect(code, stdout + stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(small))).toEqual([]);
    expect(stage.puts().length).toBe(302);
    expect(front.counts.run).toBe(5);
    expect(front.mostInFlight()).toBe(2);
    expect(stdout).toMatch(
      /Its functions: 4 invocations, \d+ GB-seconds?, 300 PUTs: about \$0\.00\d+ by the prices of \d{4}-/,
    );
    // A second run has nothing to copy, and what was used before is remembered.
    const again = await stage.copy(catalogue, ...flagsFor(front.endpoint, 2));
    expect(again.code, again.stderr).toBe(0);
    const { stdout: status } = await stage.run('status', '--json');
    const report = JSON.parse(status) as { readonly functions: Readonly<Record<string, number>> };
    expect(report.functions).toMatchObject({ invocations: 4, died: 0, puts: 300 });
    expect(report.functions['dollars']).toBeGreaterThan(300 * 0.000_005);
  });

  it('with a budget in dollars ends once its functions have spent it, and goes on from there', async () => {
    const { stage, catalogue } = await open(small);
    const { front } = await openFront(stage);
    // The PUTs of a batch of 100 files cost $0.0005, and its function a few hundredths of that.
    const limit = 0.0009;
    const first = await stage.copy(catalogue, ...flagsFor(front.endpoint, 2), '--budget', `${limit}USD`, '--json');
    expect(first.code, first.stderr).toBe(4);
    const { budget, progress } = JSON.parse(first.stdout.trimEnd().split('\n').at(-1) ?? '') as Extract<
      RunEvent,
      { type: 'finished' }
    >;
    expect(budget?.reached).toBe('dollars');
    expect(budget?.spent.files).toBeLessThan(300);
    // All of it by functions, but for the playlist of the video that is whole.
    const functions = progress.run?.functions;
    expect(functions?.puts).toBe(budget?.spent.files);
    expect(budget?.spent.dollars).toBeGreaterThanOrEqual(limit);
    expect(budget?.spent.dollars).toBeLessThan(limit + 0.0012);
    expect(budget?.spent.dollars).toBeCloseTo(functions?.dollars ?? 0, 4);
    const second = await stage.copy(catalogue, ...flagsFor(front.endpoint, 2), '--budget', '1USD');
    expect(second.code, second.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(small))).toEqual([]);
    expect(stage.puts().length).toBe(302);
  });

  it('never has more files in flight than all functions together may', async () => {
    let [now, most] = [0, 0];
    const { stage, catalogue } = await open(small, {
      rule: ({ path }) => {
        if (!path.endsWith('.ts')) return undefined;
        now += 1;
        most = Math.max(most, now);
        const until = new Promise((resolve) => setTimeout(resolve, 20)).then(() => (now -= 1));
        return { kind: 'held', until };
      },
    });
    const { front } = await openFront(stage);
    const flags = flagsFor(front.endpoint, 4);
    const { code, stderr } = await stage.copy(catalogue, ...flags, '--concurrency', '3', '--max-connections', '5');
    expect(code, stderr).toBe(0);
    expect(front.mostInFlight()).toBe(2);
    expect(most).toBeLessThanOrEqual(5);
    expect(most).toBeGreaterThan(2);
  });

  it('finds the one file that ends its function, and copies all others', async () => {
    const { stage, catalogue } = await open({ ...small, videos: 1, filesPerVideo: 20 });
    const isPoisoned = (payload: Buffer): boolean => payload.includes('seg-00013.ts');
    const { front } = await openFront(stage, { killAfterMs: (payload) => (isPoisoned(payload) ? 0 : undefined) });
    const { code, stdout, stderr } = await stage.copy(catalogue, ...flagsFor(front.endpoint, 2));
    expect(code, stdout + stderr).toBe(2);
    const { stdout: report } = await stage.run('report', '--format', 'ndjson');
    const lines = report
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const failed = lines.filter(({ state }) => state === 'failed');
    expect(failed, report.slice(0, 2_000)).toHaveLength(1);
    expect(JSON.stringify(failed)).toMatch(/seg-00013\.ts.*worker\.lost.*signal: killed/);
    expect(stage.puts().filter((key) => key.endsWith('.ts'))).toHaveLength(19);
  });

  it('ends where the right is taken away, names the line that mends it, and goes on', async () => {
    const { stage, catalogue } = await open(small);
    let isAllowed = false;
    const denied = { kind: 'refuse', status: 403, error: 'AccessDeniedException', message: 'not you' } as const;
    const { front } = await openFront(
      stage,
      {},
      { fault: ({ number }) => (isAllowed || number < 3 ? undefined : denied) },
    );
    const flags = flagsFor(front.endpoint, 1);
    const halted = await stage.copy(catalogue, ...flags);
    expect(halted.code, halted.stderr).toBe(2);
    expect(halted.stderr).toContain('allow lambda:InvokeFunction');
    expect(halted.stderr).toContain('then continue with: flants copy');
    const refused = await stage.copy(catalogue, ...flags);
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toMatch(/allow lambda:InvokeFunction.*\[executor\.denied\]/);
    isAllowed = true;
    const { code, stderr } = await stage.copy(catalogue, ...flags);
    expect(code, stderr).toBe(0);
    expect(stage.puts()).toHaveLength(302);
    const { stdout } = await stage.run('report', '--format', 'ndjson');
    expect(stdout).not.toContain('"tries":2');
  });

  it(
    'loses nothing and writes nothing wrong, whatever befalls functions, answers and dispatcher',
    { timeout: full ? 1_800_000 : 120_000 },
    async () => {
      const { stage, catalogue } = await open(large);
      const fate = full ? fates({ each: 4, most: Infinity }) : fates({ each: 2, most: 2 * fateNames.length });
      const { front, pool } = await openFront(
        stage,
        {
          timeoutMs: 6_000,
          freezes: true,
          killAfterMs: (payload) => (fate.of(payload) === 'kill' ? fate.delayMs() : undefined),
          stallAfterMs: (payload) => (fate.of(payload) === 'stall' ? fate.delayMs() : undefined),
        },
        { fault: ({ event }) => fate.decide(event) },
      );
      const args = stage.copyArgs(catalogue, ...flagsFor(front.endpoint, environments));
      const files = large.videos * large.filesPerVideo;
      const startedAt = performance.now();
      for (let kill = 1; kill <= kills; kill++) {
        const run = stage.start(args);
        await Promise.race([arrived(stage, (files * 0.8 * kill) / kills), run.ended]);
        expect(run.kill('SIGKILL'), 'it was still copying').toBe(true);
        await run.ended;
      }
      const { code, stdout, stderr } = await stage.start(args).ended;
      const seconds = (performance.now() - startedAt) / 1000;
      expect(code, stdout.slice(-2_000) + stderr.slice(-2_000)).toBe(0);
      expect(await differing(stage, syntheticFiles(large))).toEqual([]);
      const { stored, refused, unanswered } = putsOf(stage);
      const objects = files + large.videos;
      console.log(
        `${files} files of ${large.fileBytes / 1024} KiB by functions in ${seconds.toFixed(1)} s, the dispatcher killed ${kills} times; ` +
          `${front.counts.invoked} invocations, ${pool.started()} processes; ${JSON.stringify(fate.happened)}; ` +
          `0 lost, 0 wrong; PUTs per file ${((stored + refused + unanswered) / objects).toFixed(3)}: ${stored} stored, ${refused} refused, ${unanswered} cut off`,
      );
      expect(stored).toBeLessThanOrEqual(objects + kills * large.videos);
      expect(Object.keys(fate.happened).toSorted()).toEqual([...fateNames].toSorted());
    },
  );
});

describe.skipIf(!hasVersitygw || !hasEmulator)("a copy by AWS's emulator", patient, () => {
  it('is whole, one batch after another', { timeout: full ? 900_000 : patient.timeout }, async () => {
    const library = full ? large : small;
    const { stage, catalogue } = await open(library);
    const emulator = await startEmulator(shapeFor(stage, 20_000));
    closers.push(() => emulator.stop());
    const startedAt = performance.now();
    const { code, stdout, stderr } = await stage.copy(catalogue, ...flagsFor(emulator.endpoint, 1));
    expect(code, stdout + stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    const { stored, refused, unanswered } = putsOf(stage);
    const objects = library.videos * (library.filesPerVideo + 1);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${objects} objects by the emulator in ${seconds} s: 0 lost, 0 wrong, ${stored} PUTs stored, ${refused} refused`,
    );
    expect({ stored, refused, unanswered }).toEqual({ stored: objects, refused: 0, unanswered: 0 });
  });
});
