import type { Catalogue, CatalogueRow } from '../../catalogue/catalogue.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { failureOf, failureWith } from '../../domain/failure.ts';
import { allRefusedMessage, isAllRefused, refusedExample } from '../../domain/report/scan-summary.ts';
import type { ScanSummary } from '../../domain/report/scan-summary.ts';
import { minute, second } from '../../domain/units.ts';
import type { BullmqQueue } from '../../queue/bullmq-queue.ts';
import type { JobHandler, QueueWorkers } from '../../queue/job-queue.ts';
import { createKnownRows } from '../../scanner/known-rows.ts';
import { createRowChooser } from '../../scanner/choose-rows.ts';
import { scanPass, submitRow } from '../../scanner/scan-pass.ts';
import type { OnRow, RowChange, ScanPassPorts } from '../../scanner/scan-pass.ts';
import { createVideoStarter } from '../../scanner/start-video.ts';
import type { LibraryJob } from './queues.ts';
import { createKeyRulesInitializer } from './key-rules-initializer.ts';
import type { Cluster } from './cluster.ts';
import { admitFound, admitSoon, createPasses } from './library-passes.ts';
import { saveScan, saveScanEnd } from './scan-record.ts';
import { tokenRulesFrom } from '../../engine/key-rules.ts';
import type { RunningRole, ServiceHooks } from './role.ts';
import { processId } from './service-beats.ts';
import { watchCatalogue } from './watch-catalogue.ts';

/** How long the first scan of a process is left to it, and how often others look whether that is over. */
const ownScan = { heldMs: minute, lookEveryMs: second } as const;

/**
 * Starts the scanner. It reads the catalogue into the journal, and admits videos from the journal to the ledger as
 * capacity allows.
 */
export async function startScannerRole(
  cluster: Cluster,
  catalogue: Catalogue,
  options: ServiceOptions,
  hooks: ServiceHooks,
): Promise<RunningRole> {
  const { queues, journal } = cluster;
  const { scanEveryMs, deltaEveryMs, rules, selection, freshWindowMs } = options.catalogue;
  const stopping = new AbortController();
  const stopSignal = AbortSignal.any([hooks.drain, hooks.signal, stopping.signal]);
  const onError = (error: unknown): void => hooks.onTrouble(failureOf(error));
  const chooser = createRowChooser(selection, Date.now);
  const ports: ScanPassPorts = {
    journal,
    keyRules: tokenRulesFrom(options),
    freshWindowMs,
    knownRows: createKnownRows(),
    chooser,
    now: Date.now,
  };
  const startVideo = createVideoStarter({
    ...cluster,
    initializeKeyRules: createKeyRulesInitializer(cluster, options).initialize,
  });

  let hasBegun = false;
  const scan: JobHandler<LibraryJob> = async ({ own }) => {
    const isOurs = own?.process === processId;
    if (own && !isOurs && Date.now() < own.untilMs) return { result: 'again', delayMs: ownScan.lookEveryMs };
    if (isOurs && hasBegun) return { result: 'done' };
    hasBegun = true;
    const found = admitFound(queues.admissions, onError);
    const onRow: OnRow = async (submission, change) => {
      await startVideo(submission, change);
      if (isForAdmission(change)) found.add();
    };
    try {
      const summary = await scanPass(catalogue, rules, ports, onRow, stopSignal);
      await saveScan(journal, summary);
      await saveScanEnd(cluster.redis, cluster.redisNames.scanFailed, undefined);
      if (summary.added > 0) await admitSoon(queues.admissions);
      await tellSummary(summary, catalogue.name, hooks);
    } catch (error) {
      if (stopSignal.aborted) return { result: 'again', delayMs: 0 };
      const failure = failureOf(error);
      hooks.log.error(`the scan of the catalogue failed: ${failure.message}`, { code: failure.code });
      const failed = { catalogue: catalogue.name, failure };
      await hooks.alert({ type: 'scan-failed', ...failed });
      await saveScanEnd(cluster.redis, cluster.redisNames.scanFailed, { ...failed, at: new Date().toISOString() });
    } finally {
      found.stop();
    }
    return { result: 'done' };
  };
  const onChangedRow = async (read: CatalogueRow): Promise<void> => {
    if (chooser.chooseOne(read).leftOut) return;
    const row = await submitRow(read, rules, ports);
    if (row.kind === 'refused') return;
    await startVideo(row.submission, row.change);
    if (isForAdmission(row.change)) await admitSoon(queues.admissions);
  };

  const { admission, delta } = createPasses(cluster, options, stopSignal);
  const work = (queue: BullmqQueue<LibraryJob>, handler: JobHandler<LibraryJob>): QueueWorkers =>
    queue.work(handler, { concurrency: 1, onError });
  const workers = [work(queues.scans, scan), work(queues.admissions, admission), work(queues.deltas, delta)];
  const watching = options.catalogue.watch ? watchCatalogue(catalogue, onChangedRow, hooks, stopSignal) : undefined;
  return {
    async assert({ again }) {
      const ifNone = { ifNone: again };
      await queues.limitLibraryJobs();
      await queues.scans.every('scan', scanEveryMs, { format: 1 }, ifNone);
      const isAdmissionDue = await queues.admissions.every('intake', options.recoverEveryMs, { format: 1 }, ifNone);
      const isWiped = (await cluster.redis.exists(cluster.redisNames.epoch)) === 0;
      // One that is missing in a server that has lost nothing was taken away by a process that started later.
      if (deltaEveryMs !== undefined && (isWiped || !again))
        await queues.deltas.every('delta', deltaEveryMs, { format: 1 }, ifNone);
      if (deltaEveryMs === undefined && !again) await queues.deltas.never('delta');
      // A start does not wait for the clock of the processes before it, nor for their catalogue: they may still be there.
      if (!again) {
        const own = { process: processId, untilMs: Date.now() + ownScan.heldMs };
        await queues.scans.add({ id: `now ${processId}`, data: { format: 1, own }, priority: 0 });
      }
      if (!again && !isAdmissionDue) await admitSoon(queues.admissions);
      await cluster.claimRedis();
      if (isWiped) await recover(cluster, deltaEveryMs);
    },
    async stop() {
      stopping.abort();
      await Promise.all(workers.map((each) => each.stop()));
      await watching;
    },
  };
}

/** New videos of the backlog wait for an admission pass. */
function isForAdmission({ isNew, isFresh }: RowChange): boolean {
  return isNew && !isFresh;
}

/**
 * Queues a delta pass for a Redis that has lost its data, which the absence of a marker shows, if no new schedule brings one:
 * new revisions of published videos may have been in progress, which crawling them again finds. The marker is set last, so
 * that a crash before that repeats the work.
 */
async function recover(
  { redis, redisNames: { epoch }, queues }: Cluster,
  deltaEveryMs: number | undefined,
): Promise<void> {
  if (deltaEveryMs === undefined) await queues.deltas.add({ id: 'now', data: { format: 1 }, priority: 0 });
  await redis.set(epoch, new Date().toISOString());
}

/** Tells what a scan came to: what is wrong with its rows as a warning, and that none of them is of use as an error. */
async function tellSummary(summary: ScanSummary, catalogue: string, { log, alert }: ServiceHooks): Promise<void> {
  const { rows, leftOut = 0, taken, added, changed, durationMs } = summary;
  const [refused, withdrawn] = [summary.refused.count, summary.withdrawn.count];
  const warnings = summary.warnings?.count ?? 0;
  log.info(`the catalogue was read: ${rows} rows, ${added} of them new videos`, {
    taken,
    leftOut,
    changed,
    refused,
    warnings,
    withdrawn,
    durationMs,
  });
  const unread = summary.warnings?.rows[0]?.message;
  if (unread !== undefined) {
    log.warn(`rows with a part that cannot be read: ${warnings}; the first: ${unread}`, {
      warnings,
    });
  }
  if (isAllRefused({ rows, refused })) {
    const message = allRefusedMessage(summary.refused.rows.map(({ failure }) => failure));
    const failure = failureWith('catalogue.unreadable', message);
    log.error(`the catalogue ${catalogue} is of no use: ${message}`, { code: failure.code, refused });
    return alert({ type: 'scan-failed', catalogue, failure });
  }
  const example = refusedExample(summary);
  if (!example) return;
  const { failure, ...row } = example;
  const level = failure.code === 'catalogue.rule' ? 'info' : 'warn';
  log[level](`refused rows: ${refused}; one of them: ${failure.message}`, { code: failure.code, refused, ...row });
}
