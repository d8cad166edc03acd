import type { Catalogue, CatalogueRow } from '../catalogue/catalogue.ts';
import type { ServiceOptions } from '../config/service-options.ts';
import { failureOf } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { recallVideo } from '../journal/recall.ts';
import type { JobEnd, JobHandler } from '../queue/job-queue.ts';
import type { BullmqQueue } from '../queue/bullmq-queue.ts';
import { takeIn } from '../scanner/intake.ts';
import { createScanMemo } from '../scanner/scan-memo.ts';
import { scanPass, takeRow } from '../scanner/scan-pass.ts';
import type { OnSight, ScanPassPorts } from '../scanner/scan-pass.ts';
import { maxWaitingBatches } from './cluster-engine.ts';
import type { Cluster } from './cluster.ts';
import type { LibraryJob } from './cluster-queues.ts';
import { keepRoot } from './cluster-root.ts';
import { keepScan } from './scan-record.ts';
import type { RunningRole, ServiceHooks } from './service-roles.ts';
import { watchCatalogue } from './watch-catalogue.ts';

/** While the crawlers have so many, the next videos are looked at after this time. */
const fullPauseMs = second;

/** Reads the catalogue into the journal, and takes videos from the journal into work as there is room. */
export async function startScannerRole(
  cluster: Cluster,
  catalogue: Catalogue,
  options: ServiceOptions,
  hooks: ServiceHooks,
): Promise<RunningRole> {
  const { queues, journal, ledger } = cluster;
  const { scanEveryMs, deltaEveryMs, rules } = options.catalogue;
  const stopping = new AbortController();
  const until = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const hasRoom = async (): Promise<boolean> =>
    (await queues.crawls.size()) < options.maxVideos && queues.batches.hasRoom(maxWaitingBatches);
  const root = keepRoot(journal, options);

  const pass: ScanPassPorts = {
    journal,
    keyRules: options,
    freshWindowMs: options.catalogue.freshWindowMs,
    memo: createScanMemo(),
    now: Date.now,
  };
  const onSight: OnSight = async ({ id, playlistUrl }, { isFresh, hasChanged }) => {
    await root.settle(playlistUrl);
    // The backlog waits in the journal until the intake has room for it.
    if (!isFresh && !hasChanged) return;
    const record = (await ledger.read(id)) ?? (await recallUnlessPublished(id, { hasChanged }));
    if (!record) return;
    if (hasChanged && record.invalid) {
      await ledger.apply(id, { type: 'open', seen: record.generation, generation: cluster.newGeneration() });
    }
    if (hasChanged && !record.hold && record.revision !== undefined) await cluster.sendCrawl(id, { recheck: false });
    else await cluster.moveOn(id);
  };
  const recallUnlessPublished = async (
    id: VideoId,
    { hasChanged }: { readonly hasChanged: boolean },
  ): Promise<VideoRecord | undefined> =>
    hasChanged || !(await journal.publication(id)) ? recallVideo(id, cluster) : undefined;

  const scan = async (): Promise<JobEnd> => {
    try {
      const summary = await scanPass(catalogue, rules, pass, onSight, until);
      await keepScan(journal, summary);
      const { rows, taken, added, changed, durationMs } = summary;
      const [refused, withdrawn] = [summary.refused.count, summary.withdrawn.count];
      hooks.log.info(`the catalogue was read: ${rows} rows, ${added} of them new videos`, {
        taken,
        changed,
        refused,
        withdrawn,
        durationMs,
      });
      if (added > 0) await intakeSoon();
    } catch (error) {
      if (until.aborted) return { result: 'again', delayMs: 0 };
      const failure = failureOf(error);
      hooks.log.error(`the catalogue could not be read: ${failure.message}`, { code: failure.code });
      await hooks.alert({ type: 'scan-failed', catalogue: catalogue.name, failure });
    }
    return { result: 'done' };
  };
  const intakeSoon = (): Promise<void> => queues.intakes.add({ id: 'now', data: { format: 1 }, priority: 0 });
  const intake = async ({ after }: LibraryJob): Promise<JobEnd> => {
    const { stoppedAt } = await takeIn(after, { ...cluster, hasRoom }, until);
    // What was behind `after` is looked at when the next pass begins, in case the ledger has lost it.
    if (stoppedAt !== undefined || until.aborted) await goOn(queues.intakes, 'intake', stoppedAt ?? after, fullPauseMs);
    return { result: 'done' };
  };
  const delta = async ({ after }: LibraryJob): Promise<JobEnd> => {
    let last = after;
    for await (const video of journal.published(after)) {
      if (until.aborted || !(await hasRoom())) {
        await goOn(queues.deltas, 'delta', last, fullPauseMs);
        return { result: 'done' };
      }
      if (await recallVideo(video, cluster)) await cluster.sendCrawl(video, { recheck: false });
      last = video;
    }
    return { result: 'done' };
  };

  const onError = (error: unknown): void => hooks.onTrouble(failureOf(error));
  const work = (queue: BullmqQueue<LibraryJob>, handler: JobHandler<LibraryJob>) =>
    queue.work(handler, { concurrency: 1, onError });
  const workers = [work(queues.scans, scan), work(queues.intakes, intake), work(queues.deltas, delta)];
  const follow = async (row: CatalogueRow): Promise<void> => {
    const taken = await takeRow(row, rules, pass);
    if (taken.kind === 'refused') return;
    await onSight(taken.submission, taken.sight);
    if (taken.sight.isNew && !taken.sight.isFresh) await intakeSoon();
  };
  const watching = options.catalogue.watch ? watchCatalogue(catalogue, follow, hooks, until) : undefined;
  await queues.scans.add({ id: 'now', data: { format: 1 }, priority: 0 });
  await intakeSoon();
  return {
    async assert() {
      await queues.keepSingle();
      await queues.scans.every('scan', scanEveryMs, { format: 1 });
      await queues.intakes.every('intake', options.recoverEveryMs, { format: 1 });
      if (deltaEveryMs !== undefined) await queues.deltas.every('delta', deltaEveryMs, { format: 1 });
      if (await isEmptied(cluster)) {
        // New revisions of published videos may have been under way.
        await queues.deltas.add({ id: 'now', data: { format: 1 }, priority: 0 });
        await intakeSoon();
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((each) => each.stop()));
      await watching;
    },
  };
}

/** Whether Redis has lost its memory since somebody asked last, or nobody ever did. */
async function isEmptied({ redis, redisNames: { epoch } }: Cluster): Promise<boolean> {
  return (await redis.set(epoch, new Date().toISOString(), 'NX')) === 'OK';
}

/** Hands the rest of a pass over the library to whoever takes it next. */
async function goOn(
  queue: BullmqQueue<LibraryJob>,
  name: string,
  after: VideoId | undefined,
  delayMs: number,
): Promise<void> {
  const data: LibraryJob = { format: 1, ...(after === undefined ? {} : { after }) };
  await queue.add({ id: `${name} after ${after ?? ''}`, data, priority: 0, delayMs });
}
