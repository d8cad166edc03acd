import assert from 'node:assert/strict';
import { hasBit } from '../../src/domain/bits.ts';
import type { BatchEnd, BatchJob } from '../../src/domain/batch.ts';
import { chargeOf } from '../../src/domain/failure.ts';
import { countOf, indicesOf } from '../../src/domain/index-ranges.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Settlement } from '../../src/domain/settle.ts';
import { stateOf } from '../../src/domain/video.ts';
import type { VideoId } from '../../src/domain/video.ts';
import { retryLimits } from './engine-state.ts';
import type { Engine } from './engine-state.ts';
import { ownEvidence, planOf } from './world.ts';
import type { SourceFile, World } from './world.ts';

/** What must hold after every step, whatever went wrong. */
export function checkAlways({ world, ledger }: Engine): void {
  for (const video of world.source.keys()) {
    const published = world.playlists.get(video);
    for (const { key, optional } of world.journal.sealed.get(published?.digest ?? '')?.files ?? []) {
      if (!world.objects.has(key) && !optional && !world.journal.accepted.has(key))
        throw new Error(`the playlist of ${video} names ${key}, which is missing`);
    }
    const tally = ledger.tally(video);
    if (!tally) continue;
    const counts = { done: 0, failed: 0, accepted: 0 };
    const files = world.journal.sealed.get(tally.record.revision ?? '')?.files ?? [];
    for (let index = 0; index < tally.record.total; index++) {
      const file = files[index];
      const done = hasBit(tally.done, index);
      const failed = hasBit(tally.failed, index);
      const accepted = hasBit(tally.accepted, index);
      if (done) counts.done++;
      if (failed) counts.failed++;
      if (accepted) counts.accepted++;
      if (done && !(file && (world.objects.has(file.key) || file.optional)))
        throw new Error(`file ${index} of ${video} counts as done and is missing`);
      if ((done && failed) || (accepted && !failed))
        throw new Error(`the bits of file ${index} of ${video} contradict each other`);
    }
    const { done, failed, accepted } = tally.record;
    if (counts.done !== done || counts.failed !== failed || counts.accepted !== accepted)
      throw new Error(`the counts of ${video} are not its bits`);
  }
}

/** Checks settlements: no file is lost, and none fails that was not itself to blame for all its tries. */
export function makeJury(): Engine['onSettled'] {
  const blame = new Map<string, number>();
  return (batch: BatchJob, outcomes: readonly Outcome[], end: BatchEnd, settlement: Settlement) => {
    const charge = (index: number, tries: number): unknown =>
      blame.set(`${batch.generation} ${index}`, (blame.get(`${batch.generation} ${index}`) ?? 0) + tries);
    let left = 0;
    for (const outcome of outcomes) {
      if (outcome.kind !== 'failed') continue;
      const cost = chargeOf(outcome.failure.failure);
      if (cost === 'halt' || cost === 'recrawl') left++;
      else charge(outcome.index, cost === 'final' ? retryLimits.maxTries : 1);
    }
    const silent = [...indicesOf(batch.files)].filter((index) => !outcomes.some((outcome) => outcome.index === index));
    const alone = silent.length === 1 && end === 'worker-lost';
    if (alone || outcomes.length === 0) for (const index of end === 'finished' || alone ? silent : []) charge(index, 1);
    for (const { index } of settlement.failed) {
      const charged = blame.get(`${batch.generation} ${index}`) ?? 0;
      assert.ok(
        charged >= retryLimits.maxTries,
        `file ${index} of ${batch.video} failed after ${charged} tries of its own`,
      );
    }
    const resent = settlement.resend.reduce((sum, { files }) => sum + countOf(files), 0);
    assert.equal(
      settlement.done.length + settlement.failed.length + resent + left,
      countOf(batch.files),
      'a batch lost files',
    );
  };
}

/** What must hold of a video that nobody holds, once nothing goes wrong and nothing moves any more. */
export function checkAtRest({ world, ledger }: Engine, video: VideoId): void {
  const source = world.source.get(video);
  const tally = ledger.tally(video);
  if (!source || !tally) throw new Error(`${video} is not known`);
  assert.equal(tally.record.revision, planOf(video, source).digest);
  const failing = source.files.filter((file) => cannotBeCopied(world, file)).map(({ key }) => key);
  assert.deepEqual(
    source.files.filter((_, index) => hasBit(tally.failed, index)).map(({ key }) => key),
    failing,
  );

  for (const file of source.files) {
    if (failing.includes(file.key) || file.flaw === 'missing') continue;
    assert.equal(world.objects.get(file.key)?.body, file.body);
  }
  const whole = failing.every((key) => world.journal.accepted.has(key));
  assert.equal(stateOf(tally.record), whole ? 'published' : 'incomplete');
  if (whole) assert.equal(world.playlists.get(video)?.digest, tally.record.revision);
}

/** Flawed at the source, or barred by an object of which no evidence says that we wrote it. */
function cannotBeCopied(world: World, { key, body, flaw, optional }: SourceFile): boolean {
  if (flaw !== undefined) return flaw !== 'missing' || !optional;
  const standing = world.objects.get(key);
  return standing !== undefined && standing.body !== body && !ownEvidence(world, key);
}
