import { expect, it } from 'vitest';
import type { Delivery } from '../../aggregator/alert-delivery.ts';
import { haltAlert, videoAlert } from '../../domain/report/alert.ts';
import { failureWith } from '../../domain/failure.ts';
import { MemoryQueue } from '../../queue/memory-queue.ts';
import { leveled } from '../../telemetry/logger.ts';
import { sendAlert } from './send-alert.ts';

it('has troubles delivered before the good news that waits', async () => {
  const alerts = new MemoryQueue<Delivery>();
  const log = leveled('error', () => {});
  const files = { total: 1, done: 1, failed: 0, accepted: 0 };
  const published = (id: string) => videoAlert({ id, state: 'published', files, failures: [] }, 'published', 0);
  const incomplete = videoAlert(
    { id: 'c', state: 'incomplete', files: { ...files, done: 0, failed: 1 }, failures: [] },
    'incomplete',
    0,
  );
  const halted = haltAlert('transfer', failureWith('store.full', 'the destination is full'), 0, 0);
  const sent = [published('a'), published('b'), incomplete, halted].filter((alert) => alert !== undefined);
  for (const alert of sent) await sendAlert(alert, alerts, log);
  const types: string[] = [];
  const done = Promise.withResolvers<void>();
  const workers = alerts.work(
    async ({ alert }) => {
      types.push(alert.type);
      if (types.length === sent.length) done.resolve();
      return { result: 'done' };
    },
    { concurrency: 1, onError: () => {} },
  );
  await done.promise;
  await workers.stop();
  expect(types).toEqual(['incomplete', 'halted', 'complete', 'complete']);
});
