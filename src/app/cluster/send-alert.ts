import type { Delivery } from '../../aggregator/alert-delivery.ts';
import type { Alert } from '../../domain/report/alert.ts';
import type { JobQueue } from '../../queue/job-queue.ts';
import type { Logger } from '../../telemetry/logger.ts';

/**
 * Logs an alert and queues its delivery. An alert that is already queued is not queued twice.
 *
 * @param alerts - undefined where alerts are only logged
 */
export async function sendAlert(alert: Alert, alerts: JobQueue<Delivery> | undefined, log: Logger): Promise<void> {
  const level = alert.type === 'complete' ? 'debug' : 'warn';
  log[level](`alert: ${alert.message}`, { alert: alert.id, type: alert.type, video: alert.video?.id });
  await alerts?.add({ id: alert.id, data: { format: 1, alert, tries: 0 }, priority: priorityOf(alert) });
}

/** Troubles overtake the good news of a whole library, which a slow receiver may take hours for. */
export function priorityOf({ type }: Alert): number {
  return type === 'complete' ? 1 : 0;
}
