import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFlants, startFlants } from '../e2e/flants.ts';
import type { FlantsResult } from '../e2e/flants.ts';
import { saidBy, secret } from '../e2e/refusal.ts';
import { patient } from '../e2e/stage.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer, RedisServerOptions } from '../servers/redis.ts';

describe.skipIf(!hasRedis)('a cluster that cannot start says why, and how to mend it:', patient, () => {
  let scratch: string;
  let destination: string;
  let catalogue: string;
  const servers: RedisServer[] = [];
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'flants-bad-start-'));
    destination = join(scratch, 'vod');
    catalogue = join(scratch, 'videos.json');
    await writeFile(catalogue, JSON.stringify([{ id: 'v', playlistUrl: 'http://127.0.0.1:1/index.m3u8' }]));
  });
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.stop()));
    await rm(scratch, { recursive: true, force: true });
  });

  const serve = async (options: RedisServerOptions): Promise<string> => {
    const server = await startRedis(options);
    servers.push(server);
    return server.url;
  };
  const run = (redis: string, verb: string, ...words: readonly string[]): Promise<FlantsResult> =>
    startFlants([verb, '--listen', '127.0.0.1:0', '--log-format', 'text', ...words], {
      env: { HOME: scratch, FLANTS_REDIS: redis, FLANTS_JOURNAL: join(scratch, 'journal') },
    }).ended;
  const up = (redis: string, ...words: readonly string[]): Promise<FlantsResult> =>
    run(redis, 'up', ...words, '--transfers', '1');
  /** The last line is the command's own: `flants: what is wrong [code]`. */
  const expectEnd = (ended: FlantsResult, code: string, ...texts: readonly string[]): void => {
    saidBy(ended);
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stdout).toBe('');
    const line = ended.stderr.split('\n').findLast((each) => each.startsWith('flants: ')) ?? '';
    expect(line, ended.stderr).toContain(`[${code}]`);
    for (const text of texts) expect(line).toContain(text);
  };

  it('a Redis that is not there', async () => {
    const ended = await run(`redis://:${secret}@127.0.0.1:1`, 'scanner', catalogue, destination);
    expectEnd(ended, 'state.unusable', 'cannot reach Redis at redis://127.0.0.1:1', 'ECONNREFUSED');
  });

  it('a wrong password', async () => {
    const url = await serve({ appendonly: true, tcp: { password: 'another' } });
    const ended = await run(url.replace('another', secret), 'scanner', catalogue, destination);
    expectEnd(ended, 'usage', 'refuses the connection', 'WRONGPASS');
  });

  it('an address where something else listens', async () => {
    const url = await serve({ appendonly: true });
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const at = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const ended = await up(url, catalogue, destination, '--listen', at).finally(() => other.close());
    expectEnd(ended, 'usage', `cannot listen on ${at}`);
  });

  it('keys in Redis that belong to another library', async () => {
    const env = { HOME: scratch, FLANTS_REDIS: await serve({ appendonly: true }), FLANTS_LISTEN: '127.0.0.1:0' };
    const of = (name: string) => ({ env: { ...env, FLANTS_JOURNAL: join(scratch, `journal-${name}`) } });
    const first = startFlants(['transfer', destination], of('first'));
    try {
      await first.says('ready');
      const second = await runFlants(
        ['scanner', catalogue, join(scratch, 'other'), '--log-format', 'text'],
        of('second'),
      );
      expectEnd(second, 'usage', `belong to the library at ${destination}`, '--redis-prefix');
      const asked = await runFlants(['status', destination], of('mistaken'));
      expectEnd(asked, 'usage', `go with the journal at ${join(scratch, 'journal-first')}`, '--journal');
    } finally {
      first.kill('SIGTERM');
      await first.ended;
    }
  });

  it('a Redis that keeps nothing', async () => {
    const ended = await up(await serve({}), catalogue, destination);
    expectEnd(ended, 'usage', 'appendonly is no', 'CONFIG SET appendonly yes', 'redis.conf');
  });

  it('a Redis that drops keys when it is full', async () => {
    const url = await serve({ appendonly: true, args: ['--maxmemory-policy', 'allkeys-lru'] });
    const ended = await run(url, 'transfer', destination);
    expectEnd(ended, 'usage', 'maxmemory-policy is allkeys-lru', 'CONFIG SET maxmemory-policy noeviction');
  });

  it('a journal inside of what is published, and the other way round', async () => {
    for (const journal of [join(destination, 'journal'), scratch]) {
      const ended = await up('unix:///nowhere', catalogue, destination, '--journal', journal);
      expectEnd(ended, 'usage', '--journal', 'lie one in the other', 'beside it');
    }
  });

  it('no source, or a rule that nobody understands', async () => {
    const [alone, ruled] = await Promise.all([
      up('unix:///nowhere', destination),
      up('unix:///nowhere', catalogue, destination, '--rule', 'duration is long'),
    ]);
    expectEnd(alone, 'usage', 'up needs a source', '--catalogue');
    expectEnd(ruled, 'usage', 'the rule "duration is long" is none', 'duration >= 10');
  });
});
