import type { FileTask } from '../domain/batch.ts';
import { bodyProblem } from '../domain/body-problem.ts';
import { placeOf } from '../domain/names/tokens.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { isoTimeOf } from '../domain/instant.ts';
import type { Evidence, Outcome } from '../domain/outcome.ts';
import { replacedAt } from '../domain/replaced.ts';
import { isEvidenceOf, sourceIdentityOf } from '../domain/names/source-identity.ts';
import type { StoredObject } from '../storage/object-store.ts';
import type { FetchedObject } from '../storage/source.ts';
import type { CopyPolicy, FilePorts } from './ant-ports.ts';
import { confirmBody, confirmCurrent, tooLargeToConfirm } from './confirm-body.ts';
import { mediaRequest } from './media-request.ts';
import { readBody } from './read-body.ts';
import { placeObject } from './place-object.ts';
import type { ConfirmCurrent, Placed } from './place-object.ts';
import { uploadBody } from './upload-body.ts';
import { writeLimits } from './write-limits.ts';

const { maxHeldBytes } = writeLimits;

/** What copying produces of the evidence, and whether bytes that no evidence describes stood at the key. */
type Copied = Pick<Evidence, 'sizeBytes' | 'crc32' | 'sha256' | 'etag' | 'source' | 'proof'> &
  Pick<Placed, 'isReplacement'>;

/**
 * Copies one file: fetches it unless the source still has what the evidence describes, checks it, and writes it without
 * overwriting foreign objects. Makes one attempt and never throws, since a failure is an outcome too.
 */
export async function copyFile(
  task: FileTask,
  policy: CopyPolicy,
  ports: FilePorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = ports.now();
  const common = (): Pick<Evidence, 'key' | 'url' | 'generation' | 'tries' | 'worker' | 'at'> => ({
    key: task.key,
    url: task.url,
    generation: policy.generation,
    tries: task.tries + 1,
    worker: ports.worker,
    at: isoTimeOf(ports.now()),
  });
  try {
    const { isReplacement = false, ...copied } = await fetchAndPlace(task, policy, ports, signal);
    const identity = sourceIdentityOf(task, policy.video);
    const known = common();
    const evidence: Evidence = {
      ...known,
      ...identity,
      ...copied,
      ...replacedAt(task.prior, { ...copied, isReplacement }, known.at),
      durationMs: Math.round(ports.now() - startedAt),
    };
    return { index: task.index, kind: copied.proof === 'written' ? 'copied' : 'unchanged', evidence };
  } catch (error) {
    const failure = told(await withEarlierCopy(failureOf(error), task, ports, signal), task);
    return { index: task.index, kind: 'failed', failure: { ...common(), failure } };
  }
}

/** Says of a file that the source has lost if its copy stands: it reads as if the destination had none either. */
async function withEarlierCopy(
  failure: Failure,
  { key, prior }: FileTask,
  { store }: Pick<FilePorts, 'store'>,
  signal: AbortSignal,
): Promise<Failure> {
  if (!prior || (failure.code !== 'source.not-found' && failure.code !== 'source.gone')) return failure;
  const standing = await store.head(key, { signal }).catch(() => undefined);
  if (!standing || standing.etag !== prior.etag) return failure;
  const copy = `its copy of ${prior.at.slice(0, 'yyyy-mm-dd'.length)} stays at the destination`;
  return { ...failure, message: `${failure.message}; ${copy}, also if you accept the failure` };
}

/** A failure as it is kept: its message names the URL of the plan, and not the one that grants access. */
function told(failure: Failure, { fetchUrl, url }: FileTask): Failure {
  if (fetchUrl === url) return failure;
  const [secret, plain] = [placeOf(new URL(fetchUrl)), placeOf(new URL(url))];
  return { ...failure, message: failure.message.replaceAll(secret, plain) };
}

async function fetchAndPlace(
  task: FileTask,
  policy: CopyPolicy,
  ports: FilePorts,
  signal: AbortSignal,
): Promise<Copied> {
  if (policy.existing === 'skip') {
    const current = await ports.store.head(task.key, { signal });
    if (current) return asPresent(current);
  }
  const prior = usablePrior(task, policy);
  let fetched;
  try {
    fetched = await ports.source.fetch(task.fetchUrl, {
      ...mediaRequest(task, signal),
      ...(prior ? { unless: prior.source } : {}),
      ...(policy.insists ? { insists: true } : {}),
    });
  } catch (error) {
    if (task.optional && isAbsent(error, task)) {
      return { sizeBytes: 0, crc32: '', source: {}, proof: 'absent-optional' };
    }
    throw error;
  }
  if (fetched.result === 'not-modified') {
    if (!prior)
      throw new FlantsError('source.status', `${task.url} answers 304 to an unconditional request`, { status: 304 });
    return { ...contentOf(prior), source: prior.source, proof: 'not-modified' };
  }
  try {
    return await transferBody(task, policy, fetched, ports, signal);
  } finally {
    fetched.cancel();
  }
}

async function transferBody(
  task: FileTask,
  policy: CopyPolicy,
  fetched: FetchedObject,
  ports: FilePorts,
  signal: AbortSignal,
): Promise<Copied> {
  const { store, source } = ports;
  const { validators } = fetched;
  const confirm: ConfirmCurrent = (content) => confirmCurrent(task, { content, validators }, source, signal);
  const destination = { store, confirm };
  const release = await ports.bytes.take(Math.min(fetched.sizeBytes ?? maxHeldBytes, 2 * maxHeldBytes), { signal });
  try {
    const body = await readBody(fetched.body, {
      maxHeldBytes,
      announcedBytes: fetched.sizeBytes,
      sha256: policy.sha256,
      buffers: ports.buffers,
    });
    const problem = bodyProblem(task, {
      head: body.head,
      sizeBytes: fetched.sizeBytes ?? (body.kind === 'held' ? body.sizeBytes : undefined),
      contentType: fetched.contentType,
    });
    if (problem) throw new FlantsError('source.wrong-body', `${task.url} answers with ${problem}`);
    if (body.kind === 'streamed') {
      if (fetched.isUnframed) throw tooLargeToConfirm(task, maxHeldBytes);
      const uploaded = await uploadBody(task, policy, body, destination, fetched.sizeBytes, signal);
      return { ...uploaded, source: fetched.validators };
    }
    const content = { sizeBytes: body.sizeBytes, crc32: body.crc32, ...(body.sha256 ? { sha256: body.sha256 } : {}) };
    const { prior } = task;
    if (prior?.crc32 === content.crc32 && prior.sizeBytes === content.sizeBytes && policy.existing !== 'overwrite') {
      return { ...content, ...etagOf(prior), source: fetched.validators, proof: 'same-checksum' };
    }
    if (fetched.isUnframed) await confirmBody(task, content, ports.source, signal);
    const placed = await placeObject(task, policy, { ...content, bytes: body.bytes }, destination, signal);
    // Reuse the memory only after a successful write. If the store refused the body or the connection broke, a socket
    // may still be sending it.
    if (placed.proof === 'written') body.release();
    return { ...content, ...placed, source: fetched.validators };
  } finally {
    release();
  }
}

/** Evidence to make the request conditional on: of the same object, with validators, and with a checksum. */
function usablePrior(task: FileTask, policy: CopyPolicy): Evidence | undefined {
  const { prior } = task;
  if (!prior || policy.existing === 'overwrite' || prior.crc32 === '') return undefined;
  if (!isEvidenceOf(prior, sourceIdentityOf(task, policy.video))) return undefined;
  return prior.source.etag !== undefined || prior.source.lastModified !== undefined ? prior : undefined;
}

function contentOf(evidence: Evidence): Pick<Copied, 'sizeBytes' | 'crc32' | 'sha256' | 'etag'> {
  const { sizeBytes, crc32, sha256 } = evidence;
  return { sizeBytes, crc32, ...(sha256 === undefined ? {} : { sha256 }), ...etagOf(evidence) };
}

function etagOf({ etag }: Pick<Evidence, 'etag'>): { etag?: string } {
  return etag === undefined ? {} : { etag };
}

function asPresent(current: StoredObject): Copied {
  return { sizeBytes: current.sizeBytes, crc32: '', etag: current.etag, source: {}, proof: 'present' };
}

/** Stores that may not be listed deny what they do not have; so does one whose token ran out, which is renewed first. */
function isAbsent(error: unknown, { tries }: FileTask): boolean {
  if (!(error instanceof FlantsError)) return false;
  const isDenied = error.code === 'source.denied' && tries > 0;
  return isDenied || error.code === 'source.not-found' || error.code === 'source.gone';
}
