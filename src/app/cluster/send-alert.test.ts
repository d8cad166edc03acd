import { expect, it } from 'vitest';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import { haltAlert, videoAlert } from '../../domain/report/alert.ts';
import type { Alert } from '../../domain/report/alert.ts';
import { failureWith } from '../../domain/failure.ts';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { leveled } from '../../telemetry/logger.ts';
import { createAlertSender } from './send-alert.ts';

const log = leveled('error', () => {});
const files = { total: 1, done: 1, failed: 0, accepted: 0 };

function published(id: string): Alert {
  return present(videoAlert({ id, state: 'published', files, failures: [] }, 'published', 0));
}

function incomplete(id: string): Alert {
  const failed = { ...files, done: 0, failed: 1 };
  return present(videoAlert({ id, state: 'incomplete', files: failed, failures: [] }, 'incomplete', 0));
}

function present(alert: Alert | undefined): Alert {
  if (!alert) throw new Error('no alert');
  return alert;
}

/** All that wait, in the order in which they are delivered. */
async function deliverAll(alerts: MemoryQueue<Delivery>): Promise<readonly Alert[]> {
  const delivered: Alert[] = [];
  const count = await alerts.size();
  const done = Promise.withResolvers<void>();
  const workers = alerts.work(
    async ({ alert }) => {
      delivered.push(alert);
      if (delivered.length === count) done.resolve();
      return { result: 'done' };
    },
    { concurrency: 1, onError: () => {} },
  );
  await done.promise;
  await workers.stop();
  return delivered;
}

it('has troubles delivered before the good news that waits', async () => {
  const alerts = new MemoryQueue<Delivery>();
  const halted = haltAlert('transfer', failureWith('store.full', 'the destination is full'), 0, 0);
  const send = createAlertSender(alerts, log);
  for (const alert of [published('a'), published('b'), incomplete('c'), halted]) await send(alert);
  const types = (await deliverAll(alerts)).map(({ type }) => type);
  expect(types).toEqual(['incomplete', 'halted', 'complete', 'complete']);
});

it('leaves out what is too much for a webhook that takes none, the good news first, and says so once', async () => {
  const alerts = new MemoryQueue<Delivery>();
  const lines: string[] = [];
  const send = createAlertSender(
    alerts,
    leveled('warn', (_, message) => lines.push(message)),
    { good: 3, all: 6 },
  );
  for (const id of ['a', 'b', 'c', 'd', 'e']) await send(published(id));
  for (const id of ['f', 'g', 'h', 'i']) await send(incomplete(id));
  const told = (await deliverAll(alerts)).map(({ type, video }) => video?.id ?? type);
  expect(told).toEqual(['alerts-left-out', 'f', 'g', 'a', 'b', 'c']);
  expect(lines.filter((line) => line.includes('wait for the webhook'))).toHaveLength(1);

  await send(published('j'));
  expect((await deliverAll(alerts)).map(({ video }) => video?.id)).toEqual(['j']);
});
