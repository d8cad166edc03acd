import { reopenFailed } from '../control/reopen.ts';
import { crawlVideo } from '../crawler/crawl.ts';
import type { CrawlResult } from '../crawler/crawl.ts';
import type { VideoJob } from '../domain/video-job.ts';
import type { VideoRecord } from '../domain/video.ts';
import { attempt } from './attempt.ts';
import type { EngineContext } from './engine-context.ts';

/** Crawls wait while this many batches do: memory holds the work in flight, not the library. */
const maxWaitingBatches = 16;

/** Takes one video through the crawler and on to its next step. */
export async function workCrawl(job: VideoJob, context: EngineContext, signal: AbortSignal): Promise<void> {
  const { parts } = context;
  const { video } = job;
  await parts.batches.room(maxWaitingBatches, { signal });
  const record = await parts.ledger.read(video);
  if (!record) return;
  if (record.hold) {
    await parts.ledger.release(video, 'crawl');
    await context.moveOn(video);
    return;
  }
  const submission = await context.submissionOf(video);
  const ports = { ledger: parts.ledger, queue: parts.crawls, kind: 'crawl', random: parts.random } as const;
  const attempted = await attempt(job, record, ports, signal, () =>
    crawlVideo(submission, record, parts, { recheck: job.recheck, signal }),
  );
  if (attempted.result === 'postponed') {
    if (attempted.delayMs !== undefined) context.hooks.onPostponed(video, attempted.delayMs, attempted.failure);
    return;
  }
  if (attempted.result === 'halted') context.halt(attempted.failure);
  if (attempted.result === 'done') await welcome(record, attempted.value, job, context);
  await context.moveOn(video);
}

async function welcome(
  record: VideoRecord,
  crawled: CrawlResult,
  { video }: VideoJob,
  { parts, hooks, locator }: EngineContext,
): Promise<void> {
  if (crawled.result === 'stale') return;
  if (crawled.result === 'unchanged') {
    if (record.revision !== undefined) locator.remember(video, record.revision, crawled.fetchUrls);
    await reopenFailed(video, parts);
    return;
  }
  const { files, documents, digest, warnings } = crawled.revision;
  locator.remember(video, digest, crawled.fetchUrls);
  await hooks.onPlanned(video, { files: files.length, documents: documents.length });
  for (const warning of warnings) hooks.onWarning(video, warning);
}
