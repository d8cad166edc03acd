import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { createLiveClient } from '../integration/live-client.ts';
import type { LiveClient } from '../integration/live-client.ts';
import { openEvents } from '../integration/sse-client.ts';
import type { EventClient } from '../integration/sse-client.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi } from './api.ts';
import type { ClusterApi } from './api.ts';
import { childOf } from './processes.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';
import { createTap } from './tap.ts';
import type { Tap } from './tap.ts';

const library: SyntheticShape = { videos: 3, filesPerVideo: 30, fileBytes: 1_000, seed: 'watched' };
const concurrency = 4;

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster that somebody watches', patient, () => {
  let tap: Tap;
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants | undefined;
  let events: EventClient | undefined;
  beforeEach(async () => {
    tap = createTap(20);
    stage = await openClusterStage(library, { rule: tap.rule });
    api = await clusterApi();
  });
  afterEach(async () => {
    tap.open();
    events?.close();
    await stage.close();
  });

  /** Goes on with the stream like a browser, which connects again by itself. */
  const follow = async (client: LiveClient, holds: (client: LiveClient) => boolean): Promise<void> => {
    while (!client.state || !holds(client)) {
      const event = await events?.next();
      if (event) client.take(event);
      else await connect(client);
    }
  };
  const until: typeof follow = async (client, holds) => up?.during(follow(client, holds));
  const connect = async (client: LiveClient): Promise<void> => {
    for (;;) {
      const seen: Record<string, string> = client.seen === undefined ? {} : { 'Last-Event-ID': client.seen };
      events = await openEvents(`${api.url}/api/v1/live`, seen).catch(() => undefined);
      if (events?.answer.ok) return;
      await sleep(100);
    }
  };

  it('shows what other processes do, and goes on when the process that serves it has died and came back', async () => {
    up = stage.start('up', '--transfers', '0', '--concurrency', String(concurrency), ...api.flags);
    await up.during(tap.stands(concurrency));
    const client = createLiveClient();
    await until(client, ({ state }) => (state?.batches.length ?? 0) > 0 && state?.services.length === 4);
    const { state } = client;
    expect(state?.services.map(({ name }) => name)).toEqual(['aggregator', 'crawler', 'scanner', 'transfer']);
    const transfer = state?.services.find(({ name }) => name === 'transfer');
    expect(state?.batches[0]).toMatchObject({ worker: transfer?.id, files: expect.any(Number) as number });
    const { video = '' } = state?.batches[0] ?? {};
    await until(client, ({ videos }) => videos.get(video)?.state === 'copying');
    expect(client.fields.get(video)?.done).toHaveLength(Math.ceil(library.filesPerVideo / 8));
    expect(state?.queues.find(({ name }) => name === 'batches')).toMatchObject({
      active: expect.any(Number) as number,
    });

    const [snapshots, seen] = [client.counts.snapshot, client.seen];
    process.kill(await childOf(up.pid, 'coordinator'), 'SIGKILL');
    await until(client, () => client.counts.snapshot > snapshots);
    expect(client.seen?.split('-')[0]).not.toBe(seen?.split('-')[0]);
    tap.open();
    await until(client, (page) => page.state?.totals.videos.published === library.videos);
    expect(client.state?.totals.files).toMatchObject({ total: 90, done: 90 });
    // Processes tell what they have done every two seconds.
    await until(client, (page) => page.state?.history.some(([, filesPerSecond]) => filesPerSecond > 0) ?? false);
  });
});
