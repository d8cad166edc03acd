import assert from 'node:assert/strict';
import { hasBit } from '../../src/domain/bits.ts';
import type { Tally } from '../../src/domain/change.ts';
import type { VideoId } from '../../src/domain/video.ts';
import { applyAcceptances, follow, reconcile, rescan, taskOf } from './engine.ts';
import type { Engine, Task } from './engine-state.ts';
import { checkAlways, checkAtRest, makeJury } from './invariants.ts';
import { ModelLedger } from './model-ledger.ts';
import { seededRandom } from './random.ts';
import { changeSource, makeWorld, unique } from './world.ts';

/** An engine and what it has under way. */
interface Run {
  readonly engine: Engine;
  readonly videos: readonly VideoId[];
  tasks: Task[];
}

/**
 * One library from its first crawl through every kind of trouble to rest.
 *
 * @throws when something that must hold does not
 */
export function runModel(seed: number, chaoticSteps: number): void {
  const random = seededRandom(seed);
  const world = makeWorld(random);
  const engine: Engine = {
    world,
    ledger: new ModelLedger(),
    random,
    queue: new Map(),
    chaos: true,
    halted: false,
    sent: [],
    onSettled: makeJury(),
  };
  const run: Run = { engine, videos: [...world.source.keys()], tasks: [] };

  for (let step = 0; step < chaoticSteps; step++) {
    if (random.chance(0.85)) work(run);
    else interfere(run);
    checkAlways(engine);
  }

  engine.chaos = false;
  for (const video of run.videos) {
    const source = world.source.get(video);
    if (source) world.source.set(video, { ...source, malformed: false, isLive: false });
  }
  comeToRest(run);
  for (const video of run.videos) rescan(engine, video);
  comeToRest(run);
  for (const video of run.videos) run.tasks.push(retry(engine, video));
  comeToRest(run);
  const free = run.videos.filter((video) => !world.journal.holds.has(video));
  for (const video of free) checkAtRest(engine, video);

  for (const video of free) if (random.chance(0.3)) run.tasks.push(accept(engine, video));
  comeToRest(run);
  for (const video of free) checkAtRest(engine, video);

  const before = snapshot(run);
  for (const { video, change } of engine.sent.toReversed()) engine.ledger.apply(video, change);
  comeToRest(run);
  assert.deepEqual(snapshot(run), before);
}

/** Whatever is settled stays as it is, and asks the source for nothing. */
function snapshot({ engine: { ledger, world }, videos }: Run): unknown {
  return { fetches: world.fetches, serial: world.serial, tallies: videos.map((video) => ledger.tally(video)) };
}

/** Something under way goes on, a job that is due begins, or time passes until the timer reconciles. */
function work(run: Run): void {
  const { engine, tasks } = run;
  const { queue, ledger, random } = engine;
  const job = random.pick([...queue.values()].filter(({ at }) => at <= ledger.now));
  if (job && (tasks.length === 0 || random.chance(0.3))) {
    queue.delete(job.id);
    tasks.push(taskOf(engine, job));
    if (engine.chaos && random.chance(0.15)) tasks.push(taskOf(engine, job));
    return;
  }
  if (tasks.length === 0 && engine.chaos) tasks.push(reconcile(engine, random.pick(run.videos) ?? ''));
  const task = random.pick(tasks);
  if (task?.next().done) run.tasks = tasks.filter((other) => other !== task);
  ledger.now += random.below(engine.chaos ? 4 : 2);
}

/** A crash, a loss, a person, a late answer, or the timer. */
function interfere(run: Run): void {
  const { engine, videos } = run;
  const { queue, ledger, random, world } = engine;
  const video = random.pick(videos) ?? '';
  const events: readonly (readonly [weight: number, event: () => void])[] = [
    [10, () => run.tasks.push(reconcile(engine, video))],
    [4, () => { const task = random.pick(run.tasks); run.tasks = run.tasks.filter((other) => other !== task); }],
    [1, () => { run.tasks = []; }],
    [1, () => queue.clear()],
    [1, () => ledger.wipe()],
    [3, () => { ledger.now += random.below(200); }],
    [6, () => { const late = random.pick(engine.sent); if (late) ledger.apply(late.video, late.change); }],
    [3, () => changeSource(world, video, random)],
    [4, () => rescan(engine, video)],
    [2, () => run.tasks.push(hold(engine, video))],
    [2, () => run.tasks.push(retry(engine, video))],
    [4, () => run.tasks.push(accept(engine, video))],
    [8, () => { engine.halted = false; }],
  ]; // prettier-ignore
  let at = random.below(events.reduce((sum, [weight]) => sum + weight, 0));
  events.find(([weight]) => (at -= weight) < 0)?.[1]();
}

/** Runs what is under way and reconciles, until neither finds anything to do. */
function comeToRest(run: Run): void {
  const { engine, videos } = run;
  const { queue, ledger, world } = engine;
  const idle = (): boolean =>
    run.tasks.length === 0 && queue.size === 0 && videos.every((video) => ledger.leases(video).length === 0);
  for (let round = 0; round < 300; round++) {
    engine.halted = false;
    while (run.tasks.length > 0 || [...queue.values()].some(({ at }) => at <= ledger.now)) {
      work(run);
      checkAlways(engine);
    }
    const serial = world.serial;
    if (idle()) {
      for (const video of videos) run.tasks.push(reconcile(engine, video));
      while (run.tasks.length > 0) work(run);
      if (world.serial === serial && idle()) return;
    }
    ledger.now += 5;
  }
  throw new Error('it does not come to rest');
}

/** A person pauses, resumes or cancels: the journal first, then the ledger. */
function* hold({ world, ledger, random }: Engine, video: VideoId): Task {
  const { holds } = world.journal;
  if (holds.get(video) === 'cancelled') return;
  if (holds.get(video) === 'paused' && random.chance(0.8)) holds.delete(video);
  else holds.set(video, random.chance(0.9) ? 'paused' : 'cancelled');
  yield;
  const generation = ledger.tally(video)?.record.generation;
  if (generation !== undefined) ledger.apply(video, { type: 'hold', generation, hold: holds.get(video) ?? null });
}

/** A person wants another try of what failed: in a new generation, so that nothing late undoes it. */
function* retry(engine: Engine, video: VideoId): Task {
  const { ledger, world } = engine;
  const before = ledger.tally(video);
  if (!before || before.record.failed === 0) return;
  const { revision, generation: seen } = before.record;
  const generation = unique(world, 'g');
  if (revision === undefined || !ledger.apply(video, { type: 'open', seen, generation })) return;
  yield;
  ledger.apply(video, { type: 'reopen', generation, revision, files: failedFiles(before) });
  yield;
  yield* follow(engine, video);
}

/** A person accepts what failed. */
function* accept(engine: Engine, video: VideoId): Task {
  const { ledger, world } = engine;
  const tally = ledger.tally(video);
  const plan = world.journal.sealed.get(tally?.record.revision ?? '');
  for (const index of tally ? failedFiles(tally) : []) {
    const key = plan?.files[index]?.key;
    if (key !== undefined) world.journal.accepted.add(key);
  }
  yield;
  applyAcceptances(engine, video);
  yield* follow(engine, video);
}

function failedFiles({ record, failed }: Tally): number[] {
  return Array.from({ length: record.total }, (_, index) => index).filter((index) => hasBit(failed, index));
}
