import { setTimeout as sleep } from 'node:timers/promises';
import { deliverAlert } from '../../aggregator/alert-delivery.ts';
import type { Delivery, DeliveryPorts } from '../../aggregator/alert-delivery.ts';
import type { Failure } from '../../domain/failure.ts';
import { minute, second } from '../../domain/units.ts';
import { backoffMs } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { untilAborted } from '../../domain/waiting/until-aborted.ts';
import type { JobEnd, JobHandler, JobQueue } from '../../queue/job-queue.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { priorityOf } from './send-alert.ts';

/** Alerts that are sent at a time. */
export const deliveriesAtATime = 4;
/** How long a receiver is left alone that has refused as many in a row: it takes none, rather than some of them. */
const usualRests: Backoff = { baseDelayMs: second, maxDelayMs: 5 * minute };
/** The shortest time between two lines about alerts that are not taken. */
const tellEveryMs = 10 * minute;

/** Receiver, queue and clocks of deliveries. */
export interface DeliverySetting extends Omit<DeliveryPorts, 'signal'> {
  readonly alerts: Pick<JobQueue<Delivery>, 'add'>;
  readonly log: Logger;
  /** Absent: as usual. */
  readonly rests?: Backoff;
}

/**
 * Creates the handler of alerts that wait for the webhook: one that is refused is sent again, for a day. After a few refusals
 * in a row, or where it says how long, the receiver is left alone, for longer each time, and all others wait in the queue.
 */
export function deliveryHandler({ alerts, log, rests = usualRests, ...ports }: DeliverySetting): JobHandler<Delivery> {
  let failedInARow = 0;
  let restsInARow = 0;
  let rest: Promise<unknown> | undefined;
  let toldAt = -Infinity;
  const heedFailure = ({ message, retryAfterMs = 0 }: Failure): void => {
    failedInARow += 1;
    if (ports.now() - toldAt >= tellEveryMs) {
      toldAt = ports.now();
      log.warn(`an alert was not delivered and will be sent again, as others may be: ${message}`);
    }
    const takesNone = failedInARow >= deliveriesAtATime;
    if (rest || !(takesNone || retryAfterMs > 0)) return;
    const restMs = Math.max(retryAfterMs, takesNone ? backoffMs(rests, restsInARow) : 0);
    restsInARow += 1;
    rest = sleep(restMs, undefined, { ref: false }).then(() => (rest = undefined));
  };
  return async (delivery, { signal }) => {
    if (rest) await untilAborted(rest, signal);
    const delivered = await deliverAlert(delivery, { ...ports, signal });
    if (delivered.result === 'delivered') {
      if (failedInARow >= deliveriesAtATime) log.info('the webhook takes alerts again');
      [failedInARow, restsInARow] = [0, 0];
      return done;
    }
    const { failure } = delivered;
    heedFailure(failure);
    if (delivered.result === 'given-up') {
      log.error(`an alert is given up after a day: ${failure.message}`, { alert: delivery.alert.id });
      return done;
    }
    const { delivery: next, delayMs } = delivered;
    const priority = priorityOf(next.alert);
    await alerts.add({ id: `${next.alert.id} ${next.tries}`, data: next, priority, delayMs });
    return done;
  };
}

const done: JobEnd = { result: 'done' };
