import type { Delivery } from '../../aggregator/alert-delivery.ts';
import { leftOutAlert } from '../../domain/report/alert.ts';
import type { Alert } from '../../domain/report/alert.ts';
import { minute } from '../../domain/units.ts';
import type { JobQueue } from '../../queue/job-queue.ts';
import type { Logger } from '../../telemetry/logger.ts';

/**
 * How many alerts may wait for the webhook: about 60 MB of Redis. Half of them is kept for troubles, of which the oldest tell
 * how it began.
 */
export const maxWaitingAlerts = { good: 20_000, all: 40_000 } as const;
/** Alerts that are left out are told of once in this time. */
const leftOutWindowMs = 60 * minute;

/**
 * Returns a function that logs an alert and queues its delivery. One that is queued already is not queued twice, and none
 * where too many wait: the receiver is told that some were left out.
 *
 * @param alerts - undefined where alerts are only logged
 */
export function createAlertSender(
  alerts: Pick<JobQueue<Delivery>, 'add' | 'size'> | undefined,
  log: Logger,
  max: { readonly good: number; readonly all: number } = maxWaitingAlerts,
): (alert: Alert) => Promise<void> {
  let toldWindow = -1;
  const send = async (alert: Alert): Promise<void> => {
    const level = isGood(alert) ? 'debug' : 'warn';
    log[level](`alert: ${alert.message}`, { alert: alert.id, type: alert.type, video: alert.video?.id });
    if (!alerts) return;
    const waiting = await alerts.size();
    const isLeftOut = alert.type !== 'alerts-left-out' && waiting >= (isGood(alert) ? max.good : max.all);
    if (!isLeftOut)
      return alerts.add({ id: alert.id, data: { format: 1, alert, tries: 0 }, priority: priorityOf(alert) });
    const now = Date.now();
    const window = Math.floor(now / leftOutWindowMs);
    if (window === toldWindow) return;
    toldWindow = window;
    await send(leftOutAlert(waiting, window * leftOutWindowMs, now));
  };
  return send;
}

/** Troubles overtake the good news of a whole library, which a slow receiver may take hours for. */
export function priorityOf(alert: Alert): number {
  return isGood(alert) ? 1 : 0;
}

function isGood({ type }: Alert): boolean {
  return type === 'complete';
}
