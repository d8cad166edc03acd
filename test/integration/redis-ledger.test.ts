import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rangesOfBits } from '../../src/domain/bits.ts';
import type { Change } from '../../src/domain/change.ts';
import { FlantsError } from '../../src/domain/failure.ts';
import { RedisLedger } from '../../src/ledger/redis/ledger.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { redisNames } from '../../src/redis/names.ts';
import { lease, open, publish, record, register, announce } from '../contract/ledger/changes.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer, RedisServerOptions } from '../servers/redis.ts';

const names = redisNames('library');

// Without it: apt-get install redis-server.
describe.skipIf(!hasRedis)('the ledger in Redis', () => {
  const ends: (() => Promise<void> | void)[] = [];
  let server: RedisServer;

  const serve = async (options: RedisServerOptions): Promise<RedisServer> => {
    const started = await startRedis(options);
    ends.push(() => started.stop());
    return started;
  };
  const connect = (): RedisClient => {
    // A broken connection is told here too, and comes back by itself.
    const client = connectRedis({ url: server.url }, () => {});
    ends.push(() => client.disconnect());
    return client;
  };
  const applyAll = async (ledger: RedisLedger, ...changes: readonly Change[]): Promise<void> => {
    for (const change of changes) expect((await ledger.apply('v', change)).result).toBe('applied');
  };
  const planned = (ledger: RedisLedger, total = 500): Promise<void> =>
    applyAll(ledger, open('g1'), register('g1', 'g2', 'r1', total));
  const refusal = async (work: Promise<unknown>): Promise<FlantsError> => {
    const error = await work.catch((reason: unknown) => reason);
    if (error instanceof FlantsError) return error;
    throw new Error('it was not refused', { cause: error });
  };

  beforeEach(async () => {
    server = await serve({ appendonly: true });
  });

  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('goes on where it was when the server crashed and came back', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    // With a second between syncs the last of what was acknowledged may be lost, and no count be expected.
    await client.config('SET', 'appendfsync', 'always');
    await planned(ledger);
    await applyAll(ledger, record([1, 2], [3]));
    await ledger.lease('v', lease('b1'));
    const before = await ledger.tally('v');
    await server.kill();
    const waiting = ledger.tally('v');
    await server.restart();
    expect(await waiting).toEqual(before);
    expect(await ledger.leases('v')).toEqual([lease('b1')]);
    expect(await ledger.apply('v', record([2, 4]))).toMatchObject({
      before: { done: 2 },
      record: { done: 3, failed: 1 },
    });
  });

  it('knows nothing after a flush, refuses what is late, and begins anew', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    await planned(ledger);
    await ledger.lease('v', lease('b1'));
    await client.flushall();
    expect(await ledger.apply('v', record([1]))).toEqual({ result: 'stale', record: undefined });
    expect(await ledger.lease('v', lease('b1'))).toBe(false);
    expect(await ledger.pass('v', 'b1', [lease('b2')])).toBe(false);
    expect(await client.keys('*')).toEqual([]);
    await planned(ledger);
    expect(await ledger.read('v')).toMatchObject({ total: 500, done: 0 });
  });

  it('teaches the server its scripts again when they were flushed', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    await planned(ledger);
    for (let turn = 0; turn < 5; turn++) {
      await client.script('FLUSH');
      await Promise.all([0, 1, 2, 3].map((index) => ledger.apply('v', record([4 * turn + index]))));
      expect(await ledger.lease('v', lease('b1'))).toBe(true);
      expect(await ledger.leases('v')).toHaveLength(1);
    }
    expect(await ledger.read('v')).toMatchObject({ done: 20 });
  });

  it('keeps to the keys of its prefix', async () => {
    const client = connect();
    const [ledger, other] = [new RedisLedger(client, 'library'), new RedisLedger(client, 'library2')];
    await planned(ledger);
    await applyAll(other, open('g9'));
    await ledger.lease('v', lease('b1'));
    await other.releaseAll();
    expect(await ledger.leases('v')).toHaveLength(1);
    expect(await ledger.retire('v', 'g9')).toBe(false);
    await ledger.releaseAll();
    expect(await ledger.retire('v', 'g2')).toBe(true);
    expect(await other.read('v')).toMatchObject({ generation: 'g9' });
    expect((await client.keys('*')).toSorted()).toEqual(['{library2}:video:v', '{library2}:videos']);
  });

  it('leaves no key behind when a video is retired', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    await planned(ledger);
    await applyAll(ledger, record([1]));
    await ledger.lease('v', lease('b1'));
    await ledger.release('v', 'b1');
    expect(await ledger.retire('v', 'g2')).toBe(true);
    expect(await client.dbsize()).toBe(0);
  });

  it('packs an ordinary record and its bits', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    const [generation, digest] = [crypto.randomUUID(), 'ab'.repeat(32)];
    const files = Array.from({ length: 500 }, (_, index) => index);
    const begun = { ...open('g1'), hold: 'paused' as const, fresh: true };
    await applyAll(ledger, begun, register('g1', generation, digest, 500), record(files, [], generation, digest));
    await applyAll(ledger, publish(generation, digest), announce(`${generation} incomplete`, generation));
    expect(await client.object('ENCODING', names.video('v'))).toBe('listpack');
    expect(await client.strlen(names.bits('v'))).toBe(Math.ceil(500 / 8));
    expect(await client.memory('USAGE', names.video('v'))).toBeLessThan(600);
    expect(await client.memory('USAGE', names.bits('v'))).toBeLessThan(400);
  });

  it('holds nothing but the record while no file is done and nothing is carried', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    const crawl = { kind: 'crawl', files: [] } as const;
    await applyAll(ledger, open('g1'));
    await ledger.lease('v', lease('c1', { ...crawl, generation: 'g1' }));
    await applyAll(ledger, register('g1', 'g2', 'r1', 500));
    expect((await client.keys('*')).toSorted()).toEqual([names.video('v'), names.videos]);
    await ledger.lease('v', lease('c2', crawl));
    await applyAll(ledger, open('g3', 'g2'));
    expect((await client.keys('*')).toSorted()).toEqual([names.video('v'), names.videos]);
  });

  it('understands planes of bits that older versions wrote to their ends', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    await planned(ledger);
    await client.set(names.bits('v'), Buffer.alloc(Math.ceil((3 * 500) / 8)));
    await applyAll(ledger, record([1, 499], [2]));
    const tally = await ledger.tally('v');
    expect(tally?.record).toMatchObject({ done: 2, failed: 1 });
    expect(tally && rangesOfBits(tally.done, 500)).toEqual([[1, 2], [499, 500]]); // prettier-ignore
    expect(tally && rangesOfBits(tally.failed, 500)).toEqual([[2, 3]]);
  });

  it('forgets leases that ran out as soon as it sees them', async () => {
    const client = connect();
    const ledger = new RedisLedger(client, 'library');
    await planned(ledger);
    await ledger.lease('v', lease('dead', { ttlMs: 0 }));
    await ledger.lease('v', lease('b1'));
    expect(await client.hkeys(names.leases('v'))).toEqual(['b1']);
  });

  it('ends the leases of 1,200 videos', async () => {
    const ledger = new RedisLedger(connect(), 'library');
    const ids = Array.from({ length: 1200 }, (_, index) => `v${index}`);
    for (const id of ids) await ledger.apply(id, open('g2'));
    for (const id of ids) await ledger.lease(id, lease('b1'));
    await ledger.releaseAll();
    for (const id of ids) expect(await ledger.leases(id)).toEqual([]);
  });

  describe('says what is wrong', () => {
    it('when the server may not be written', async () => {
      const client = connect();
      const ledger = new RedisLedger(client, 'library');
      await planned(ledger);
      const replica = await serve({ args: ['--replicaof', '127.0.0.1', '1'] });
      const reader = connectRedis({ url: replica.url }, () => {});
      ends.push(() => reader.disconnect());
      const error = await refusal(new RedisLedger(reader, 'library').apply('v', open('g1')));
      expect(error.code).toBe('state.unusable');
      expect(error.message).toContain('READONLY');
    });

    it('when its memory is full, and changes nothing', async () => {
      const client = connect();
      const ledger = new RedisLedger(client, 'library');
      await planned(ledger);
      await ledger.lease('v', lease('b1', { ttlMs: 0 }));
      const before = await ledger.tally('v');
      await client.config('SET', 'maxmemory', '1');
      for (const work of [
        ledger.apply('v', record([1])),
        ledger.apply('w', open('g1')),
        ledger.apply('v', register('g2', 'g3', 'r2', 10)),
      ]) {
        const error = await refusal(work);
        expect(error.code).toBe('state.unusable');
        expect(error.message).toContain('OOM');
      }
      expect(await ledger.tally('v')).toEqual(before);
      await client.config('SET', 'maxmemory', '0');
      await applyAll(ledger, record([1]));
    });

    it('when the connection was closed', async () => {
      const client = connect();
      const ledger = new RedisLedger(client, 'library');
      await planned(ledger);
      client.disconnect();
      for (const work of [
        ledger.apply('v', record([1])),
        ledger.read('v'),
        ledger.tally('v'),
        ledger.release('v', 'b1'),
      ]) {
        expect((await refusal(work)).code).toBe('state.unusable');
      }
    });
  });
});
