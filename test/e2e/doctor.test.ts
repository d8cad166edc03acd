import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DoctorReport, Finding } from '../../src/domain/report/finding.ts';
import { minute } from '../../src/domain/units.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { startAlteringProxy } from '../servers/altering-proxy.ts';
import { selfSigned } from '../servers/certificate.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { freePort } from '../servers/free-port.ts';
import { buildFunction, functionHandler } from '../servers/function-code.ts';
import { hasRuntime } from '../servers/lambda-environment.ts';
import { startLambdaFront } from '../servers/lambda-front.ts';
import { openPool } from '../servers/lambda-pool.ts';
import { hasMongo, startMongo } from '../servers/mongo.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';
import { patient } from './stage.ts';

const playlist = '/class/1/master.m3u8';

let origin: Origin;
let scratch: string;
let store: Versitygw;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'flants-doctor-'));
  origin = await startOrigin({ files: { [playlist]: mediaPlaylist(['seg-0.ts']), '/page.m3u8': '<html></html>' } });
  if (hasVersitygw) store = await startVersitygw();
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await Promise.all([origin.stop(), hasVersitygw ? store.stop() : undefined]);
  await rm(scratch, { recursive: true, force: true });
});

interface Examined {
  readonly code: number | null;
  readonly report: DoctorReport;
  /** What is not as it should be. */
  readonly wrong: readonly Finding[];
}

function envOf(server: Pick<S3Server, 'endpoint' | 'accessKeyId' | 'secretAccessKey'>) {
  return {
    HOME: scratch,
    FLANTS_ENDPOINT: server.endpoint,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  };
}

async function examine(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Examined> {
  const { code, stdout, stderr } = await runFlants(['doctor', ...args, '--json'], { env: { HOME: scratch, ...env } });
  if (stdout === '') throw new Error(stderr);
  const report = JSON.parse(stdout) as DoctorReport;
  return { code, report, wrong: report.findings.filter(({ level }) => level === 'fault' || level === 'warning') };
}

/** The bucket with the rules that browsers need. */
async function withCors({ endpoint, region, accessKeyId, secretAccessKey, bucket }: S3Server): Promise<void> {
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
  const CORSRules = [
    {
      AllowedOrigins: ['*'],
      AllowedMethods: ['GET', 'HEAD'],
      AllowedHeaders: ['*'],
      ExposeHeaders: ['Content-Length', 'Content-Range'],
    },
  ];
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules } }));
  client.destroy();
}

describe('flants doctor', patient, () => {
  it('finds nothing wrong with a folder and a source that answers, and leaves nothing behind', async () => {
    const folder = await mkdtemp(join(scratch, 'destination-'));
    const { code, wrong, report } = await examine([origin.url + playlist, folder]);
    expect(wrong).toEqual([]);
    expect(code).toBe(0);
    expect(report.findings.map(({ check }) => check)).toContain('source');
    expect(await readdir(folder)).toEqual([]);
  });

  it('finds a source that does not answer, and one that gives no playlist, and says so to people', async () => {
    const dead = `http://127.0.0.1:${await freePort()}/a.m3u8`;
    const { code, stdout } = await runFlants(['doctor', dead, `${origin.url}/page.m3u8`], { env: { HOME: scratch } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/source +FAULT .*connection refused.*\n +-> check that the host is up/);
    expect(stdout).toMatch(/source +FAULT .*no playlist/);
    expect(stdout).toMatch(/2 faults\. /);
  });

  it('finds a catalogue that cannot be read, and one in which some rows are no videos', async () => {
    const [broken, mixed] = [join(scratch, 'broken.json'), join(scratch, 'mixed.ndjson')];
    await writeFile(broken, '{');
    await writeFile(mixed, `${JSON.stringify({ id: 'a', url: origin.url + playlist })}\n{"id":"b"}\n`);
    const { wrong, code } = await examine([broken, mixed]);
    expect(wrong).toMatchObject([
      { check: 'catalogue', subject: broken, level: 'fault' },
      { check: 'catalogue', subject: mixed, level: 'warning' },
    ]);
    expect(code).toBe(1);
  });

  it('finds a folder for the state that cannot be made', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');
    const { wrong } = await examine(['--state', join(file, 'state')]);
    expect(wrong).toMatchObject([{ check: 'state', level: 'fault', mend: expect.stringContaining('--state') }]);
  });

  it('suggests the option that was meant, and refuses a word that is neither source nor destination', async () => {
    const typo = await runFlants(['doctor', '--endpont', 'http://127.0.0.1']);
    expect([typo.code, typo.stderr]).toEqual([1, expect.stringContaining('--endpoint')]);
    expect((await runFlants(['doctor', 'ftp://host/x'])).code).toBe(1);
  });

  describe.skipIf(!hasVersitygw)('of a bucket', () => {
    const destination = (): string => `s3://${store.bucket}/vod`;

    it.skipIf(!hasRedis)('finds nothing wrong with a healthy cluster, and leaves nothing in it', async () => {
      await withCors(store);
      const redis = await startRedis({ appendonly: true });
      closers.push(() => redis.stop());
      const args = [origin.url + playlist, destination(), '--journal', `s3://${store.bucket}/journal`];
      const { code, wrong, report } = await examine([...args, '--redis', redis.url], envOf(store));
      expect(wrong).toEqual([]);
      expect(code).toBe(0);
      const checks = report.findings.map(({ check }) => check);
      for (const check of ['network', 'clock', 'credentials', 'destination', 'CORS', 'journal', 'Redis'])
        expect(checks).toContain(check);
      expect(JSON.stringify(report)).not.toContain(store.secretAccessKey);
      expect((await readdir(store.folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
    });

    it('finds missing rights, and names the actions to allow', async () => {
      const server = await startVersitygw({ readOnly: true });
      closers.push(() => server.stop());
      const { code, wrong } = await examine([`s3://${server.bucket}/vod`], envOf(server));
      expect(code).toBe(1);
      expect(wrong).toContainEqual(
        expect.objectContaining({
          check: 'destination',
          level: 'fault',
          mend: expect.stringContaining('s3:PutObject'),
        }),
      );
    });

    it('finds wrong credentials, and none', async () => {
      const env = envOf({ ...store, secretAccessKey: 'wrong' });
      expect((await examine([destination()], env)).wrong).toContainEqual(
        expect.objectContaining({ level: 'fault', mend: expect.stringContaining('aws') }),
      );
      const none = await examine([destination()], { FLANTS_ENDPOINT: store.endpoint });
      expect(none.wrong).toContainEqual(expect.objectContaining({ check: 'credentials', level: 'fault' }));
    });

    it('finds a missing bucket, and the line that makes it', async () => {
      const { wrong, code } = await examine(['s3://nowhere/vod'], envOf(store));
      expect(code).toBe(1);
      expect(wrong).toContainEqual(
        expect.objectContaining({ check: 'destination', level: 'fault', mend: 'aws s3 mb s3://nowhere' }),
      );
    });

    it('finds that AWS is meant and no region is named', async () => {
      const { wrong } = await examine([destination()]);
      expect(wrong).toMatchObject([{ check: 'destination', mend: expect.stringContaining('--region') }]);
    });

    it('finds a wrong region', async () => {
      const { wrong, code } = await examine([destination(), '--region', 'eu-north-1'], envOf(store));
      expect(code).toBe(1);
      expect(wrong).toContainEqual(
        expect.objectContaining({ level: 'fault', mend: expect.stringContaining('--region') }),
      );
    });

    it.each([
      [20 * minute, 'fault', 1],
      [-2 * minute, 'warning', 3],
    ])('finds a clock that is %i ms off', async (offMs, level, exitCode) => {
      await withCors(store);
      const proxy = await startAlteringProxy(store.endpoint, {
        alter: ({ headers }) => ({ headers: { ...headers, date: new Date(Date.now() - offMs).toUTCString() } }),
      });
      closers.push(() => proxy.stop());
      const { wrong, code } = await examine([destination()], envOf({ ...store, endpoint: proxy.endpoint }));
      expect(wrong).toMatchObject([{ check: 'clock', level, mend: expect.stringContaining('timedatectl') }]);
      expect(code).toBe(exitCode);
    });

    it('finds a store that does not answer', async () => {
      const endpoint = `http://127.0.0.1:${await freePort()}`;
      const { wrong, code } = await examine([destination()], envOf({ ...store, endpoint }));
      expect(wrong).toMatchObject([{ check: 'network', level: 'fault', message: expect.stringContaining('refused') }]);
      expect(code).toBe(1);
    });

    it('finds a bucket from which pages of other hosts may not play, and the line that allows it', async () => {
      const server = await startVersitygw();
      closers.push(() => server.stop());
      const { wrong, code } = await examine([`s3://${server.bucket}`], envOf(server));
      expect(wrong).toMatchObject([
        { check: 'CORS', level: 'warning', mend: expect.stringContaining(`put-bucket-cors --bucket ${server.bucket}`) },
      ]);
      expect(code).toBe(3);
    });
  });

  it('finds a store without conditional writes and checksums', async () => {
    const server = await startFauxqs();
    closers.push(() => server.stop());
    const { wrong, code } = await examine([`s3://${server.bucket}/vod`], envOf(server));
    expect(code).toBe(3);
    const guards = wrong.filter(({ check }) => check === 'destination guards').map(({ message }) => message);
    expect(guards).toEqual(
      expect.arrayContaining([expect.stringContaining('If-None-Match'), expect.stringContaining('checksums')]),
    );
  });

  it.skipIf(!hasMongo)('reads a catalogue in MongoDB, and finds that it is not there', async () => {
    const mongo = await startMongo();
    closers.push(() => mongo.stop());
    const client = new MongoClient(mongo.url);
    closers.push(() => client.close());
    const videos = client.db('doctor').collection('videos');
    const flags = ['--catalogue', mongo.url, '--mongo-database', 'doctor'];
    expect((await examine(flags)).wrong).toMatchObject([
      { check: 'MongoDB', message: expect.stringContaining('is not there') },
    ]);
    await videos.insertOne({ playlistUrl: origin.url + playlist });
    const { wrong, report } = await examine(flags);
    expect(wrong).toEqual([]);
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'source', level: 'ok' }));
    const gone = await examine(['--catalogue', `mongodb://user:secret@127.0.0.1:${await freePort()}/x`]);
    expect(gone.wrong).toMatchObject([{ check: 'MongoDB', level: 'fault' }]);
    expect(JSON.stringify(gone.report)).not.toContain('secret');
  });

  it.skipIf(!hasRuntime)(
    'greets the function, and finds too little memory and time, and that there is none',
    async () => {
      const taskRoot = await buildFunction();
      const env = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
      const shape = { taskRoot, handler: functionHandler, memoryMb: 256, timeoutMs: 20_000, env };
      const front = await startLambdaFront({ backend: openPool({ ...shape, environments: 1 }) });
      closers.push(() => front.stop());
      const flags = (endpoint: string) => [
        '--executor',
        'lambda',
        '--function',
        'function',
        '--lambda-endpoint',
        endpoint,
      ];
      const { wrong } = await examine(flags(front.endpoint), env);
      const mends = wrong.filter(({ check }) => check === 'function').map(({ mend }) => mend);
      expect(mends, JSON.stringify(wrong)).toEqual([
        expect.stringContaining('--memory-size'),
        expect.stringContaining('--timeout'),
      ]);
      const gone = await examine(flags(`http://127.0.0.1:${await freePort()}`), env);
      expect(gone.wrong).toMatchObject([{ check: 'function', level: 'fault' }]);
      expect(gone.code).toBe(1);
    },
  );

  it.skipIf(!hasVersitygw)('finds a certificate of nobody known, and takes one that is named', async () => {
    const { key, cert } = await selfSigned('IP:127.0.0.1');
    const certificate = { keyPath: join(scratch, 'key.pem'), certPath: join(scratch, 'cert.pem') };
    await writeFile(certificate.keyPath, key);
    await writeFile(certificate.certPath, cert);
    const server = await startVersitygw({ tls: certificate });
    closers.push(() => server.stop());
    const { wrong } = await examine([`s3://${server.bucket}`], envOf(server));
    expect(wrong).toMatchObject([{ check: 'network', level: 'fault', message: expect.stringContaining('--ca') }]);
    const named = await examine([`s3://${server.bucket}`, '--ca', certificate.certPath], envOf(server));
    expect(named.wrong.map(({ check }) => check)).toEqual(['TLS', 'CORS']);
  });

  describe.skipIf(!hasRedis)('of Redis', () => {
    it('finds that it keeps no file, and drops keys at will, each with its line', async () => {
      const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
      closers.push(() => redis.stop());
      const { wrong, code } = await examine(['--redis', redis.url]);
      expect(wrong).toMatchObject([
        { check: 'Redis', level: 'fault', mend: expect.stringContaining('CONFIG SET maxmemory-policy noeviction') },
        { check: 'Redis', level: 'fault', mend: expect.stringContaining('CONFIG SET appendonly yes') },
      ]);
      expect(code).toBe(1);
    });

    it('finds one that is full, and one that is not there', async () => {
      const redis = await startRedis({ appendonly: true, args: ['--maxmemory', '1mb'] });
      closers.push(() => redis.stop());
      expect((await examine(['--redis', redis.url])).wrong).toMatchObject([
        { check: 'Redis', level: 'warning', message: expect.stringContaining('MiB are used') },
      ]);
      const gone = await examine(['--redis', `redis://:secret@127.0.0.1:${await freePort()}`]);
      expect(gone.wrong).toMatchObject([{ check: 'Redis', level: 'fault' }]);
      expect(JSON.stringify(gone.report)).not.toContain('secret');
    });
  });
});
