import type { BatchJob, BatchMessage, ExistingPolicy, FileTask } from '../domain/batch.ts';
import { headersOf } from '../domain/object-headers.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import type { Evidence, Outcome } from '../domain/outcome.ts';
import { mayInsist } from '../domain/settle.ts';
import type { Journal } from '../journal/journal.ts';
import type { PlanUrls } from '../storage/locator.ts';
import { bucketOfPlan } from '../storage/own-bucket.ts';
import { formerDocuments, mayHaveBeenDocument } from './former-documents.ts';

/** Ports and settings for preparing a batch. */
export interface PreparePorts {
  readonly journal: Pick<Journal, 'files' | 'evidence' | 'revision' | 'publication'>;
  readonly existing: ExistingPolicy;
  readonly sha256: boolean;
  /** Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A batch after the lookup of its files and evidence. */
export interface PreparedBatch {
  /** Outcomes of files that already have evidence of this generation. */
  readonly known: readonly Outcome[];
  /** The remaining files, for the executor. */
  readonly message: BatchMessage;
}

/**
 * Looks up the files of a batch, sets aside those that an earlier delivery has copied, and resolves the URLs of the
 * rest.
 *
 * @param urls - the URL to fetch a file of the plan from, and the cookies that go with it
 * @param isRepeated - an earlier delivery was lost with its process
 */
export async function prepareBatch(
  job: BatchJob,
  { journal, existing, sha256, headerPolicy, now }: PreparePorts,
  { locate, cookieFor }: Pick<PlanUrls, 'locate' | 'cookieFor'>,
  isRepeated: boolean,
): Promise<PreparedBatch> {
  const planned = await journal.files(job.video, job.revision, job.files);
  const evidence = await journal.evidence(
    job.video,
    planned.map(({ file }) => file.key),
    // What others have left of a batch that comes for the first time is older than a minute, or costs a second look.
    { mayLag: !isRepeated && job.alone !== true && job.waits === 0 && Object.keys(job.tries).length === 0 },
  );
  const published = planned.some(({ file }) => mayHaveBeenDocument(file.role))
    ? await formerDocuments(job.video, journal)
    : new Map<string, Evidence>();
  const mayStand = job.alone === true || isRepeated ? ({ mayStand: true } as const) : {};
  const known: Outcome[] = [];
  const files: FileTask[] = [];
  for (const { index, file } of planned) {
    const prior = latest(evidence.get(file.key), published.get(file.key));
    if (prior?.generation === job.generation && prior.url === file.url) {
      known.push({ index, kind: 'unchanged', evidence: prior });
      continue;
    }
    const fetchUrl = locate(index, file.url);
    const cookie = cookieFor(fetchUrl);
    files.push({
      ...file,
      ...headersOf(file.key, file.role, headerPolicy),
      index,
      fetchUrl,
      ...(cookie === undefined ? {} : { cookie }),
      tries: job.tries[index] ?? 0,
      ...(prior && isOurs(prior) ? { prior } : {}),
      ...mayStand,
    });
  }
  const { id, video, generation } = job;
  const ownBucket = await ownBucketOf(job, files, journal);
  const own = ownBucket === undefined ? {} : { ownBucket };
  const manner = {
    ...own,
    ...(job.fresh ? { fresh: true } : {}),
    ...(job.alone === true ? { alone: true } : {}),
    ...(mayInsist(job, now()) ? { insists: true } : {}),
  };
  return { known, message: { format: 1, id, video, generation, files, existing, sha256, ...manner } };
}

function latest(copied: Evidence | undefined, published: Evidence | undefined): Evidence | undefined {
  if (!copied || !published) return copied ?? published;
  return Date.parse(published.at) > Date.parse(copied.at) ? published : copied;
}

/** The bucket of the video, for files in buckets. */
async function ownBucketOf(
  { video, revision }: BatchJob,
  files: readonly FileTask[],
  journal: Pick<Journal, 'revision'>,
): Promise<string | undefined> {
  if (!files.some(({ fetchUrl }) => fetchUrl.startsWith('s3:'))) return undefined;
  return bucketOfPlan(await journal.revision(video, revision));
}

/**
 * Whether the evidence describes bytes that we copied. A file that was merely found at the destination, or was absent,
 * has no such evidence.
 */
function isOurs({ proof }: Evidence): boolean {
  return proof !== 'absent-optional' && proof !== 'present';
}
