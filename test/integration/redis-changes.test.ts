import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { createRedisChangeFeed } from '../../src/ledger/redis/change-feed.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { createMonitor } from '../../src/monitor/monitor.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { open, publish, record, register } from '../contract/ledger/changes.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { idleGauges } from '../control/idle-gauges.ts';
import { createChangingLibrary } from './changing-library.ts';
import { createLiveClient, shownOf, shownTo } from './live-client.ts';

const names = redisNames('library');

// Without it: apt-get install redis-server.
describe.skipIf(!hasRedis)('changes of a ledger in Redis', () => {
  let server: RedisServer;
  const clients: RedisClient[] = [];
  const connect = (): RedisClient => {
    const client = connectRedis({ url: server.url }, () => {});
    clients.push(client);
    return client;
  };
  beforeEach(async () => {
    server = await startRedis({});
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await server.stop();
  });

  it('are noted by whoever makes them, each video once, while somebody asks, and by nobody otherwise', async () => {
    const client = connect();
    const [ledger, other] = [new RedisLedger(client, 'library'), new RedisLedger(connect(), 'library')];
    const [feed, second] = [createRedisChangeFeed(client, 'library'), createRedisChangeFeed(connect(), 'library')];
    await ledger.apply('before', open('g1'));
    expect(await client.exists(names.feed, names.changed)).toBe(0);
    expect(await feed.take()).toBeUndefined();
    expect(await feed.take()).toEqual([]);
    await ledger.apply('a', open('g1'));
    await other.apply('b', open('g1'));
    await ledger.apply('a', register('g1', 'g2', 'r1', 50));
    await other.apply('a', record([1, 2], [3]));
    expect(await second.take()).toBeUndefined();
    expect(await feed.take()).toEqual(['b', 'a']);
    // What changed nothing is no change.
    await other.apply('a', record([1, 2], []));
    expect(await feed.take()).toEqual([]);
    await other.apply('a', record([4], []));
    await ledger.apply('a', publish());
    expect([await feed.take(), await second.take()]).toEqual([['a'], ['a']]);
    await ledger.retire('b', 'g1');
    await ledger.retire('nobody', 'g1');
    expect(await feed.take()).toEqual(['b']);
  });

  it('are not known after a pause, after too long a silence, and after the memory was lost', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    const feed = createRedisChangeFeed(client, 'library');
    await feed.take();
    feed.pause();
    expect(await feed.take()).toBeUndefined();
    expect(await feed.take()).toEqual([]);
    // As time would do it.
    await client.del(names.feed, names.changed);
    await ledger.apply('a', open('g1'));
    expect(await feed.take()).toBeUndefined();
    expect(await feed.take()).toEqual([]);
    await client.flushall();
    const other = createRedisChangeFeed(connect(), 'library');
    await other.take();
    expect(await feed.take()).toBeUndefined();
    expect(await client.pttl(names.feed)).toBeGreaterThan(0);
  });

  it('reach viewers of a monitor, whichever process makes them', async () => {
    const client = connect();
    const journal = new MemoryJournal();
    const ledgers = [new RedisLedger(connect(), 'library'), new RedisLedger(connect(), 'library')] as const;
    const [ledger] = ledgers;
    const library = await createChangingLibrary({ journal, ledger }, { videos: 3, files: 130 });
    const monitor = createMonitor({
      ledger: new RedisLedger(client, 'library'),
      journal,
      changes: createRedisChangeFeed(client, 'library'),
      gauges: async () => idleGauges,
      history: () => [],
      tokenRules: async () => ({ tokenParameters: [] }),
      version: '1.2.3',
      destination: 's3://bucket/vod',
      now: Date.now,
      newEpoch: randomUUID,
      onTrouble: (error) => expect.unreachable(String(error)),
    });
    const viewer = monitor.watch() ?? expect.unreachable();
    const page = createLiveClient();
    const { signal } = new AbortController();
    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 40 }, () => library.change(Math.random)));
      if (round === 2) await client.del(names.feed);
      let isSame = false;
      while (!isSame) {
        page.take(await viewer.next(page.seen, { signal }));
        const same = await Promise.all(
          library.ids.map(
            async (id) => JSON.stringify(shownTo(page, id)) === JSON.stringify(await shownOf(ledger, id)),
          ),
        );
        isSame = same.every(Boolean);
      }
    }
    expect(page.counts.snapshot).toBe(2);
    await monitor.close();
  });
});
