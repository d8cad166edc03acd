import type { BatchJob } from '../../src/domain/batch.ts';
import { failureWith } from '../../src/domain/failure.ts';
import type { FailureCode } from '../../src/domain/failure.ts';
import type { Evidence, Outcome } from '../../src/domain/outcome.ts';
import type { PlannedFile } from '../../src/domain/revision.ts';
import type { Engine } from './engine-state.ts';
import { ownEvidence, unique } from './world.ts';

/** What became of a file, or of the worker that had it. */
type Copied = Outcome | 'silent' | 'stopped' | 'worker-lost';

/** What may befall a healthy file while things go wrong. */
const faults: readonly FailureCode[] = [
  'source.throttled', 'store.throttled', 'source.status', 'source.timeout', 'source.unreachable', 'source.short-body',
  'source.denied', 'source.changed', 'source.not-found', 'store.denied', 'store.checksum', 'aborted', 'internal',
]; // prettier-ignore

/** Copies one file as an ant would: evidence, conditional GET, conditional PUT, evidence. */
export function* copyFile(
  engine: Engine,
  batch: BatchJob,
  { index, file }: { index: number; file: PlannedFile },
): Generator<void, Copied> {
  const { world, random, chaos } = engine;
  const { key, optional } = file;
  const known = world.journal.evidence.get(key);
  const prior = ownEvidence(world, key);
  if (prior?.generation === batch.generation) return { index, kind: 'unchanged', evidence: prior };

  const failed = (code: FailureCode): Outcome => {
    const failure = failureWith(code, code, random.chance(0.2) ? { retryAfterMs: random.below(60) } : {});
    return {
      index,
      kind: 'failed',
      failure: { key, url: file.url, failure, generation: batch.generation, tries: 1, worker: 'w', at: '' },
    };
  };
  const proven = (source: string, more: Pick<Evidence, 'proof'> & Partial<Evidence>): Evidence => {
    const sizeBytes = source.length;
    const evidence: Evidence = {
      key, url: file.url, sizeBytes, crc32: '', source: { etag: source }, generation: batch.generation, tries: 1, durationMs: 1, worker: 'w', at: '', ...more,
    }; // prettier-ignore
    world.journal.evidence.set(key, evidence);
    world.journal.provenUnder.set(key, batch.revision);
    return evidence;
  };

  if (chaos && random.chance(0.03)) return 'worker-lost';
  if (chaos && random.chance(0.03)) return random.chance(0.5) ? 'stopped' : 'silent';
  if (chaos && random.chance(0.25)) return failed(random.pick(faults) ?? 'internal');

  const found = world.source.get(batch.video)?.files.find((one) => one.key === key);
  if (found?.flaw === 'poison') return 'worker-lost';
  world.fetches++;
  if (!found || found.flaw === 'missing') {
    return optional
      ? { index, kind: 'unchanged', evidence: proven('', { proof: 'absent-optional' }) }
      : failed('source.not-found');
  }
  if (prior?.source.etag === found.body && prior.etag !== undefined) {
    return { index, kind: 'unchanged', evidence: proven(found.body, { proof: 'not-modified', etag: prior.etag }) };
  }
  if (found.flaw === 'broken') return failed('source.short-body');
  yield;

  const standing = world.objects.get(key);
  const mayReplace = known?.etag !== undefined && known.etag === standing?.etag;
  if (standing && standing.body === found.body) {
    return { index, kind: 'unchanged', evidence: proven(found.body, { proof: 'same-checksum', etag: standing.etag }) };
  }
  if (standing && !mayReplace) return failed('store.conflict');
  const etag = unique(world, 'etag');
  world.objects.set(key, { body: found.body, etag });
  yield;
  if (chaos && random.chance(0.05)) return 'worker-lost';
  const evidence = proven(found.body, { proof: 'written', etag });
  yield;
  return chaos && random.chance(0.05) ? 'silent' : { index, kind: 'copied', evidence };
}
