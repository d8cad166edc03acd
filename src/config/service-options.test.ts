import { mkdtempSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnvironment } from './child-environment.ts';
import type { CommandInput } from './input/command-input.ts';
import { readEnvironment } from './input/environment.ts';
import type { Flags } from './input/merge.ts';
import { secretsOf } from './secrets.ts';
import { loadServiceOptions, loadUpOptions } from './service-options.ts';
import type { ProcessKind, Role, ServiceOptions } from './service-options.ts';
import { usualCopyThreads } from './values/concurrency.ts';

let cwd = '';
const words = ['videos.json', 's3://media/vod'];
const journal = 's3://media-private/journal';
const mongo = 'mongodb://me:hush-hush@a.example:1,b.example:2/media?authSource=admin';

beforeAll(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), 'flants-service-')));
  mkdirSync(join(cwd, 'out'));
  writeFileSync(join(cwd, 'videos.json'), '[]');
  writeFileSync(join(cwd, 'token.txt'), ' from-a-file\n');
  writeFileSync(join(cwd, 'empty.txt'), '\n');
  writeFileSync(join(cwd, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
  symlinkSync(join(cwd, 'out'), join(cwd, 'link'));
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function input(given: readonly string[], flags: Flags = {}, variables: Record<string, string> = {}): CommandInput {
  return { words: given, flags, cwd, environment: readEnvironment({ HOME: cwd, ...variables }) };
}

function load(given: readonly string[], flags: Flags = {}, variables = {}): Promise<ServiceOptions> {
  return loadServiceOptions('scanner', input(given, { journal, ...flags }, variables));
}

describe('options of a process', () => {
  it('have their defaults, nested and frozen', async () => {
    const options = await load(words);
    expect(options).toMatchObject({
      destination: { name: 's3://media/vod' },
      journal: { name: journal },
      redis: { url: 'redis://127.0.0.1:6379', prefix: 'flants' },
      catalogue: {
        sources: [{ kind: 'catalogue', path: join(cwd, 'videos.json') }],
        rules: [],
        scanEveryMs: 300_000,
        deltaEveryMs: 86_400_000,
        freshWindowMs: 86_400_000,
        watch: true,
        mongo: { collection: 'videos', fields: {}, projection: [], batchSize: 1000 },
      },
      maxVideos: 200,
      leaseMs: 300_000,
      reconcileEveryMs: 15_000,
      recoverEveryMs: 600_000,
      graceMs: 30_000,
      http: { host: '127.0.0.1', port: 0, requireTokenToRead: false },
      alerts: { freshLateMs: 600_000, stalledMs: 600_000, failureShare: 0.05 },
    });
    for (const part of [options, options.redis, options.journal, options.catalogue, options.http, options.alerts])
      expect(Object.isFrozen(part)).toBe(true);
    expect(JSON.stringify(options)).not.toContain('null');
  });

  it('have what was given, in units', async () => {
    const options = await load(words, {
      catalogue: [mongo],
      deltaEvery: 'never',
      rule: ['state = broadcast', 'genre in lecture, seminar'],
      mongoFields: ['playlistUrl=hls.master,id=_id'],
      mongoFilter: '{"deleted": false}',
      writeBack: 'flants',
      watch: false,
      maxBatches: '50',
      maxBytesInFlight: '2G',
      listen: '[::1]:9000',
      tokenFile: 'token.txt',
      webhook: 'https://hooks.example/T0/B0',
      webhookSecret: 'sign-with-this',
      heartbeat: 'https://beat.example/1234',
      publicUrl: 'https://cdn.example/vod',
      redis: 'rediss://redis.example',
      redisCa: 'ca.pem',
    });
    expect(options).toMatchObject({
      maxBatches: 50,
      maxBytesInFlight: 2 * 1024 ** 3,
      redis: { url: 'rediss://redis.example', ca: expect.stringContaining('BEGIN CERTIFICATE') as string },
      http: { host: '::1', port: 9000, token: 'from-a-file' },
      alerts: {
        webhook: { url: 'https://hooks.example/T0/B0', secret: 'sign-with-this' },
        heartbeat: { url: 'https://beat.example/1234', everyMs: 60_000 },
      },
      publicUrl: 'https://cdn.example/vod/',
      catalogue: {
        watch: false,
        sources: [
          { kind: 'catalogue' },
          { kind: 'mongodb', url: mongo, name: 'mongodb://…@a.example:1,b.example:2/media?…' },
        ],
        rules: [{ path: 'state' }, { path: 'genre' }],
        mongo: { filter: { deleted: false }, fields: { playlistUrl: 'hls.master', id: '_id' }, writeBack: 'flants' },
      },
    });
    expect(options.catalogue).not.toHaveProperty('deltaEveryMs');
  });

  it('need no source but in the scanner, and look for no file on another machine', async () => {
    await expect(load(['s3://media/vod'])).rejects.toThrow('scanner needs a source');
    await expect(load(['nope.json', 's3://media/vod'])).rejects.toThrow('which does not exist');
    await expect(loadServiceOptions('coordinator', input(['s3://media/vod'], { journal }))).rejects.toThrow(
      'coordinator needs a source',
    );
    for (const role of ['crawler', 'transfer', 'aggregator'] as const) {
      const options = await loadServiceOptions(role, input(['s3://media/vod'], { journal }));
      expect(options.catalogue.sources).toEqual([]);
      await expect(
        loadServiceOptions(role, input(['nope.json', 's3://media/vod'], { journal })),
      ).resolves.toBeDefined();
    }
  });

  it('answer at one port where there is an aggregator, else at any', async () => {
    const portOf = async (kind: ProcessKind): Promise<number> =>
      (await loadServiceOptions(kind, input(words, { journal }))).http.port;
    expect(await portOf('aggregator')).toBe(4010);
    expect(await portOf('coordinator')).toBe(4010);
    expect(await portOf('crawler')).toBe(0);
  });
});

describe('a process is refused', () => {
  it.each<[string, readonly string[], Flags, RegExp]>([
    ['without words', [], {}, /scanner needs a destination/],
    ['of something else than MongoDB', ['mongodb://', 's3://media/vod'], {}, /is not a MongoDB URL/],
    ['with a rule that is none', words, { rule: ['state ='] }, /state =/],
    ['with a journal below the destination', words, { journal: 's3://media/vod/j' }, /lie one in the other/],
    ['with a journal above the destination', words, { journal: 's3://media' }, /lie one in the other/],
    ['with the destination for a journal', words, { journal: 's3://media/vod' }, /lie one in the other/],
    ['with a journal in the folder, by a link', ['videos.json', 'out'], { journal: 'link/j' }, /lie one in the other/],
    ['with a journal on the web', words, { journal: 'https://x.example/j' }, /^--journal: https:.* is a web address/],
    ['with a token file that is empty', words, { tokenFile: 'empty.txt' }, /holds no secret/],
    ['with a token file that is not there', words, { tokenFile: 'nope' }, /--token-file names .*nope, which does not/],
    ['without the token that is asked for', words, { requireTokenToRead: true }, /asks for a token/],
    ['with an authority and no TLS', words, { redisCa: 'ca.pem' }, /does not begin with rediss/],
    ['with a query in the public URL', words, { publicUrl: 'https://cdn.example/?x=1' }, /holds a user, a query/],
  ])('%s', async (_, given, flags, message) => {
    await expect(load(given, flags)).rejects.toThrow(message);
    await expect(load(given, flags)).rejects.toMatchObject({ code: 'usage' });
  });

  it('without a journal', async () => {
    await expect(loadServiceOptions('crawler', input(['s3://media/vod']))).rejects.toThrow('a cluster needs --journal');
  });

  it('without its password being told, when the destination is missing', async () => {
    await expect(load([mongo])).rejects.toThrow(/^(?!.*hush).*begins with mongodb:/);
  });

  it('but a journal beside the destination will do', async () => {
    await expect(load(words, { journal: 's3://media/vod-journal' })).resolves.toBeDefined();
  });
});

describe('a whole cluster on one machine', () => {
  it('has a coordinator, which copies files itself on few cores, and else few transfers that share all cores but one', async () => {
    const cores = availableParallelism();
    const usual = await loadUpOptions(input(words, { journal }));
    expect(usual.processes).toEqual({ coordinator: 1, crawler: 0, transfer: cores <= 2 ? 0 : Math.ceil(cores / 4) });
    expect(usual.threads).toBe(Math.ceil(usualCopyThreads(cores) / Math.max(1, usual.processes.transfer)));
    expect(usual.http.port).toBe(4010);
    const many = await loadUpOptions(input(words, { journal, crawlers: '2', transfers: String(2 * cores) }));
    expect(many.processes).toEqual({ coordinator: 1, crawler: 2, transfer: 2 * cores });
    expect(many.threads).toBe(1);
  });

  it.each([
    ['0', 'true', ['scanner', 'crawler', 'aggregator', 'transfer']],
    ['2', 'false', ['scanner', 'crawler', 'aggregator']],
  ])('with %s transfer processes has a coordinator that copies: %s', async (transfers, withTransfer, expected) => {
    const options = await loadUpOptions(input(words, { journal, transfers }));
    const variables = childEnvironment('coordinator', options, {}, {});
    expect(variables).toMatchObject({ FLANTS_WITH_TRANSFER: withTransfer });
    const rolesIn = async (kind: ProcessKind): Promise<readonly Role[]> =>
      (await loadServiceOptions(kind, input(words, { journal }, { FLANTS_WITH_TRANSFER: withTransfer }))).roles;
    expect(await rolesIn('coordinator')).toEqual(expected);
    expect(await rolesIn('crawler')).toEqual(['crawler']);
  });

  it('gives its processes the same options by the environment', async () => {
    const flags: Flags = {
      journal,
      redis: 'redis://me:hush-hush@redis.example',
      header: ['A: 1', 'B: 2'],
      watch: false,
    };
    const options = await loadUpOptions(input(words, flags, { FLANTS_CATALOGUE: mongo, FLANTS_BWLIMIT: '1M' }));
    const variables = childEnvironment('crawler', options, flags, { PATH: '/bin', FLANTS_BWLIMIT: '1M' });
    expect(variables).toMatchObject({
      PATH: '/bin',
      FLANTS_THREADS: String(options.threads),
      FLANTS_LISTEN: '127.0.0.1:0',
      FLANTS_LOG_FORMAT: 'json',
    });
    const child = await loadServiceOptions(
      'scanner',
      input(['s3://media/vod'], {}, variables as Record<string, string>),
    );
    expect(child.catalogue).toEqual(options.catalogue);
    expect(child).toMatchObject({ redis: options.redis, headers: options.headers, limits: options.limits });
    expect(child.limits).toEqual({ bandwidth: [{ fromMinute: 0, perSecond: 1024 * 1024 }] });
    expect(childEnvironment('coordinator', options, flags, {})['FLANTS_LISTEN']).toBe('127.0.0.1:4010');
  });

  it('knows what its log must not show', async () => {
    const flags = { journal, token: 'bear-with-me', header: ['Authorization: Bearer abc'], catalogue: [mongo] };
    const secrets = secretsOf(await load(words, { ...flags, redis: 'redis://:p%40ssword@redis.example' }));
    expect(secrets.toSorted()).toEqual(
      ['Bearer abc', 'bear-with-me', 'hush-hush', 'p%40ssword', 'p@ssword'].toSorted(),
    );
  });
});
