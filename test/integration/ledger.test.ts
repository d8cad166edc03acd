import { afterAll, describe } from 'vitest';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { SqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { describeLedger } from '../contract/ledger/ledger.contract.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { temporaryState } from './temporary-state.ts';

/** A clock that stands still until it is moved. */
function handClock(): { now(): number; advance(ms: number): Promise<void> } {
  let atMs = Date.UTC(2026, 0, 1);
  return { now: () => atMs, advance: async (ms) => void (atMs += ms) };
}

describeLedger('memory', async () => {
  const { now, advance } = handClock();
  const ledger = new MemoryLedger({ now });
  return { ledger, advance, close: () => Promise.resolve() };
});

describeLedger('sqlite', async () => {
  const { now, advance } = handClock();
  const state = temporaryState();
  return {
    ledger: new SqliteLedger(state.open(), { now }),
    advance,
    reopen: async () => new SqliteLedger(state.reopen(), { now }),
    close: async () => state.remove(),
  };
});

// Without it: apt-get install redis-server.
describe.skipIf(!hasRedis)('with a Redis server', () => {
  let server: RedisServer | undefined;
  let libraries = 0;

  afterAll(() => server?.stop());

  describeLedger('redis', async () => {
    server ??= await startRedis();
    const { url } = server;
    const prefix = `library-${libraries++}`;
    const clients: RedisClient[] = [];
    const connected = (): RedisClient => {
      const client = connectRedis({ url }, (error) => expectNoError(error));
      clients.push(client);
      return client;
    };
    const client = connected();
    const open = (): RedisLedger => new RedisLedger(connected(), prefix);
    return {
      ledger: new RedisLedger(client, prefix),
      advance: (ms) => bringForward(client, prefix, ms),
      reopen: async () => open(),
      peer: open,
      close: async () => {
        for (const each of clients) each.disconnect();
      },
    };
  });
});

function expectNoError(error: Error): never {
  throw error;
}

/** Nobody can move a server's clock: it is the leases' ends that come nearer. */
async function bringForward(client: RedisClient, prefix: string, ms: number): Promise<void> {
  for (const key of await client.keys(`{${prefix}}:leases:*`)) {
    for (const [id, value] of Object.entries(await client.hgetall(key))) {
      const [expiresAtMs = '', ...rest] = value.split(' ');
      await client.hset(key, id, [Number(expiresAtMs) - ms, ...rest].join(' '));
    }
  }
}
