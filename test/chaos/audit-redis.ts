import { openQueues } from '../../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../../src/app/cluster/queues.ts';
import { stateOf } from '../../src/domain/video.ts';
import type { VideoId, VideoRecord } from '../../src/domain/video.ts';
import type { Ledger, Lease } from '../../src/ledger/ledger.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import type { ExpectedVideo } from './expected.ts';

const redisPrefix = 'flants';

/** Queues of work that the clock sends again and again. */
const byTheClock = ['scans', 'intakes', 'deltas', 'reconciliations'];

/** What Redis holds when all is done: no work, and of videos only what is complete and carried by nobody. */
export async function auditRedis(
  stage: ClusterStage,
  videos: readonly ExpectedVideo[],
  disagree: (what: string) => void,
): Promise<void> {
  const sizes = new Map(videos.map(({ id, files }) => [id, files.size]));
  for (const { video, record, leases } of await readLedger(stage)) {
    const whole = stateOf(record) === 'published' && record.done === sizes.get(video) && record.total === record.done;
    if (!whole) disagree(`the ledger says of ${video}: ${JSON.stringify(record)}`);
    if (leases.length > 0) disagree(`the ledger has leases of ${video}: ${JSON.stringify(leases)}`);
  }
  for (const [queue, jobs] of Object.entries(await workLeft(stage))) {
    if (jobs > 0) disagree(`${jobs} jobs are left in the queue ${queue}`);
  }
}

/** A video of the ledger, with its leases and whether a job stands behind each. */
export interface LedgerEntry {
  readonly video: VideoId;
  readonly record: VideoRecord;
  readonly leases: readonly (Lease & { readonly isQueued: boolean })[];
}

/** Every video of the ledger. */
export function readLedger({ redis }: ClusterStage): Promise<readonly LedgerEntry[]> {
  return onRedis(redis.url, async (ledger, queues) => {
    const entries: LedgerEntry[] = [];
    for await (const { video, record } of ledger.videos()) {
      const leases: LedgerEntry['leases'][number][] = [];
      for (const lease of await ledger.leases(video)) {
        leases.push({ ...lease, isQueued: await queues.isQueued(video, lease) });
      }
      entries.push({ video, record, leases });
    }
    return entries;
  });
}

/** Jobs in each queue of work on videos. */
export function workLeft({ redis }: ClusterStage): Promise<Readonly<Record<string, number>>> {
  return onRedis(redis.url, async (_, queues) => {
    const sizes = Object.entries(await queues.sizes());
    return Object.fromEntries(sizes.filter(([name]) => !byTheClock.includes(name)));
  });
}

async function onRedis<T>(url: string, look: (ledger: Ledger, queues: ClusterQueues) => Promise<T>): Promise<T> {
  const client = connectRedis({ url }, () => {});
  const queues = openQueues(client, redisPrefix, () => {});
  try {
    return await look(new RedisLedger(client, redisPrefix), queues);
  } finally {
    await queues.close();
    client.disconnect();
  }
}
