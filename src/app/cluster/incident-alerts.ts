import type { Role } from '../../config/service-options.ts';
import { haltAlert, scanAlert } from '../../domain/report/alert.ts';
import { failureOf } from '../../domain/failure.ts';
import { minute } from '../../domain/units.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ClusterQueues } from './queues.ts';
import { createAlertSender } from './send-alert.ts';
import type { ServiceHooks } from './role.ts';

/** Incidents of one kind with a shorter interval between them count as one. */
const incidentWindowMs = 30 * minute;

/** Returns a function that sends an alert for an incident, but only for the first of several that count as one. */
export function incidentAlerts(role: Role, { alerts }: ClusterQueues, log: Logger): ServiceHooks['alert'] {
  const sendAlert = createAlertSender(alerts, log);
  const seenAt = new Map<string, number>();
  return async (incident) => {
    const { type, failure } = incident;
    const kind = `${type} ${failure.code}`;
    const now = Date.now();
    const previous = seenAt.get(kind);
    seenAt.set(kind, now);
    if (previous !== undefined && now - previous < incidentWindowMs) return;
    const alert =
      type === 'halted' ? haltAlert(role, failure, now, now) : scanAlert(incident.catalogue, failure, now, now);
    await sendAlert(alert).catch((error: unknown) =>
      log.warn(`an alert could not be sent: ${failureOf(error).message}`),
    );
  };
}
