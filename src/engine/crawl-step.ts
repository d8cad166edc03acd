import { sendVideo } from '../aggregator/advance.ts';
import { reopenFailed } from '../control/reopen.ts';
import { crawlVideo } from '../crawler/crawl.ts';
import { adviceOnFormerNames, hasFormerNames } from '../crawler/former-names.ts';
import { adviceOn, unstableNamesOf } from '../crawler/unstable-names.ts';
import type { CrawlResult } from '../crawler/crawl.ts';
import type { Live } from '../domain/live.ts';
import { sourcePlace } from '../domain/waiting/patience.ts';
import { mayInsist } from '../domain/settle.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { JobEnd, JobOptions } from '../queue/job-queue.ts';
import { insisting } from '../storage/circuit-breaker.ts';
import { bucketOfSubmission, withOwnBucket } from '../storage/own-bucket.ts';
import { isOriginAnswering } from '../storage/probe/reachability.ts';
import type { EngineContext } from './context.ts';
import { runVideoStep } from './video-step.ts';

/** Crawls one video and sends its next step. */
export async function crawlStep(job: VideoJob, context: EngineContext, options: JobOptions): Promise<JobEnd> {
  const { signal } = options;
  const { parts, host } = context;
  const { video } = job;
  const postponed = await host.admitCrawl(job, signal);
  if (postponed) return { result: 'again', delayMs: postponed.againAfterMs };
  const record = await parts.ledger.read(video);
  if (!record) return gone(video, context);
  if (record.hold || record.generation !== job.generation) {
    await parts.ledger.release(video, job.lease);
    // Whoever opened it anew meanwhile wanted something else, such as another try at its files.
    if (record.hold) await context.takeNextStep(video);
    else await context.sendCrawl(video, { recheck: job.recheck });
    return { result: 'done' };
  }
  const submission = await host.submissionOf(video);
  if (!submission) {
    // The video was purged, then registered again by a process that had read the journal before the purge.
    await parts.ledger.release(video, job.lease);
    await parts.ledger.retire(video, record.generation);
    return gone(video, context);
  }
  const source = withOwnBucket(context.crawlSource, bucketOfSubmission(submission));
  const reading = insisting(source, mayInsist(job, parts.now()));
  return runVideoStep(
    job,
    {
      kind: 'crawl',
      run: async () => {
        const tokened = await host.withTokens(submission);
        return context.largeReadings.run(reading, (waiting) =>
          crawlVideo(tokened, record, { ...parts, source: waiting }, { recheck: job.recheck, signal }),
        );
      },
      relyingOn: {
        side: 'source',
        place: sourcePlace(submission.playlistUrl),
        answers: () => isOriginAnswering(source, submission.playlistUrl, signal),
      },
      async onEnd(crawled) {
        if (crawled) await onCrawled(record, crawled, job, context);
        if (crawled?.result === 'live' && (await staysInProgress(job, record, crawled.live, context))) return;
        await context.takeNextStep(video);
      },
    },
    context,
    options,
  );
}

/** Of a video that was purged there is nothing to do, and whoever waits for its end is told. */
async function gone(video: VideoId, { takeNextStep }: EngineContext): Promise<JobEnd> {
  await takeNextStep(video);
  return { result: 'done' };
}

async function onCrawled(
  record: VideoRecord,
  crawled: CrawlResult,
  { video }: VideoJob,
  { parts, host, hooks }: EngineContext,
): Promise<void> {
  if (crawled.result === 'stale' || crawled.result === 'live') return;
  const keep = (revision: RevisionDigest): void =>
    host.grants?.put(video, { revision, ...crawled.grants, readAt: parts.now() });
  if (crawled.result === 'unchanged') {
    if (record.revision !== undefined) keep(record.revision);
    await reopenFailed(video, parts);
    return;
  }
  const { files, documents, digest, warnings, queryFindings } = crawled.revision;
  keep(digest);
  await hooks.onPlanned(video, { files: files.length, documents: documents.length });
  for (const warning of warnings) hooks.onWarning(video, warning);
  const advice = [
    adviceOn(unstableNamesOf(queryFindings)),
    hasFormerNames(parts.keyRules) ? adviceOnFormerNames(crawled.revision) : undefined,
  ];
  for (const text of advice) if (text !== undefined) hooks.onWarning(video, text);
}

/** Has a recording that is not over looked at again. Returns whether it stays in progress here until then. */
async function staysInProgress(
  { video }: VideoJob,
  record: VideoRecord,
  live: Live,
  { parts, host, newId }: EngineContext,
): Promise<boolean> {
  const delayMs = await host.onLive(video, record, live);
  return delayMs !== undefined && sendVideo(video, record, 'crawl', { ...parts, newId }, { recheck: false, delayMs });
}
