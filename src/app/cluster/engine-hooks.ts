import type { Role } from '../../config/service-options.ts';
import { minute, second } from '../../domain/units.ts';
import type { Health } from '../../telemetry/health.ts';
import type { ClusterEngineHooks } from './engine.ts';
import type { ServiceHooks } from './role.ts';

/** Work that has stopped is tried every few seconds. After this long without another failure there was none to try. */
const haltForgottenMs = 5 * minute;

/** Returns hooks that record the engine's events as metrics, log lines and health. */
export function engineHooksOf(role: Role, hooks: ServiceHooks, health: Health): ClusterEngineHooks {
  const { log, metrics, drain, signal } = hooks;
  const work = `work of the ${role}`;
  let forgetting: NodeJS.Timeout | undefined;
  const markWorking = (): void => {
    clearTimeout(forgetting);
    health.set(work, true);
    metrics.halted(false);
    hooks.onWork(undefined);
  };
  return {
    drain,
    signal,
    onOutcome(_, outcome) {
      if (outcome.kind === 'failed') return;
      markWorking();
      metrics.file(outcome.kind, outcome.kind === 'copied' ? outcome.evidence.sizeBytes : 0);
    },
    onFailures(video, { final, again }) {
      for (const { key, failure } of final) {
        metrics.file('failed');
        log.warn(`a file failed: ${failure.message}`, { video, key, code: failure.code });
      }
      for (const { failure, ...retry } of again) {
        log.debug(`the file will be tried again: ${failure.message}`, { video, code: failure.code, ...retry });
      }
    },
    onPostponed: (video, delayMs, failure) =>
      log.info(`the video will be tried again: ${failure.message}`, { video, code: failure.code, delayMs }),
    async onPlanned(video, { files, documents }) {
      log.debug('planned', { video, files, documents });
    },
    onBatch({ video, id, tries, waits }, ran, durationMs) {
      metrics.batch(ran.end, durationMs);
      const attempt = Math.max(0, ...Object.values(tries)) + 1;
      log.debug('a batch ended', { video, batch: id, attempt, waits, ...ran, durationMs: Math.round(durationMs) });
    },
    onVideoStep(kind, video, result) {
      if (result !== 'halted') markWorking();
      if (kind === 'crawl') metrics.crawl(result);
      else metrics.publication(result);
      log.debug(`${kind === 'crawl' ? 'crawled' : 'publication'}: ${result}`, { video });
    },
    onWaiting({ places, files, videos, patienceMs, isAllThatIsLeft }, video) {
      const what = files > 0 ? `${files} of its files are` : 'the video is';
      const end = `giving up after ${Number((patienceMs / second).toFixed(1))} s${isAllThatIsLeft ? ', as' : ' once'} nothing else of the video is left to do`;
      const message = `${what} waiting for ${places.join(', ')}, which is down or overloaded: ${end}`;
      log.warn(message, { video, files, videos, patienceMs });
    },
    onInvalidated(video, paths) {
      metrics.invalidated(paths);
      log.info('sent an invalidation to the CDN', { video, paths });
    },
    onWarning: (video, message) => log.warn(message, { video }),
    onCatalogue(isThere, why) {
      if (isThere) log.info('the catalogue answers again');
      else log.warn(`videos whose URLs have tokens wait for the catalogue: ${why}`);
    },
    onHalt(failure) {
      metrics.halted(true);
      health.set(work, false, failure.message);
      hooks.onWork(failure);
      clearTimeout(forgetting);
      forgetting = setTimeout(markWorking, haltForgottenMs).unref();
      log.error(`the ${role} cannot continue and will try again soon: ${failure.message}`, { code: failure.code });
      void hooks.alert({ type: 'halted', failure });
    },
  };
}
