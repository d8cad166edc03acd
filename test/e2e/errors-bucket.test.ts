import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { selfSigned } from '../servers/certificate.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { expectRefused, saidBy, secret } from './refusal.ts';

/** What differs from a copy that works. */
interface Wrong {
  readonly endpoint?: string;
  readonly bucket?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

describe.skipIf(!hasVersitygw)('a destination in S3', () => {
  let folder: string;
  let origin: Origin;
  let store: Versitygw;
  let readOnly: Versitygw;
  let overTls: Versitygw;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-bucket-'));
    origin = await startOrigin({ files: { '/v/index.m3u8': mediaPlaylist(['a.ts']), '/v/a.ts': 'media' } });
    const { key, cert } = await selfSigned('IP:127.0.0.1');
    const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    await Promise.all([writeFile(keyPath, key), writeFile(certPath, cert)]);
    [store, readOnly, overTls] = await Promise.all([
      startVersitygw(),
      startVersitygw({ readOnly: true }),
      startVersitygw({ tls: { keyPath, certPath } }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([origin.stop(), store.stop(), readOnly.stop(), overTls.stop()]);
    await rm(folder, { recursive: true });
  });

  const keys = (): Readonly<Record<string, string>> => ({
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
  });
  const copy = ({
    endpoint = store.endpoint,
    bucket = store.bucket,
    env = keys(),
    flags = [],
  }: Wrong): Promise<FlantsResult> =>
    runFlants(
      [
        'copy',
        `${origin.url}/v/index.m3u8`,
        `s3://${bucket}/vod`,
        '--endpoint',
        endpoint,
        '--no-progress',
        '--state',
        join(folder, 'state'),
        ...flags,
      ],
      { env: { HOME: folder, ...env } },
    );

  it.each([
    [
      'without credentials',
      () => ({ env: {} }),
      'store.credentials',
      'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile',
    ],
    [
      'with a profile that is not there',
      () => ({ flags: ['--profile', 'nobody'] }),
      'store.credentials',
      'the profile nobody gives no credentials',
    ],
    [
      'with a wrong secret',
      () => ({ env: { ...keys(), AWS_SECRET_ACCESS_KEY: secret } }),
      'store.credentials',
      'does not belong to the access key',
    ],
    [
      'with an unknown key',
      () => ({ env: { ...keys(), AWS_ACCESS_KEY_ID: 'nobody' } }),
      'store.credentials',
      'does not know this access key',
    ],
    [
      'to a bucket that is missing',
      () => ({ bucket: 'nowhere' }),
      'store.no-bucket',
      'there is no such bucket here; make it first',
    ],
    ['without the right to write', () => ({ endpoint: readOnly.endpoint }), 'store.denied', 's3:PutObject'],
    [
      'to a host that is unknown',
      () => ({ endpoint: 'http://nowhere.invalid' }),
      'store.unreachable',
      'http://nowhere.invalid: the name cannot be resolved',
    ],
    [
      'to a certificate that nobody vouches for',
      () => ({ endpoint: overTls.endpoint }),
      'store.unreachable',
      'from no known authority',
    ],
    [
      'to a server without TLS',
      () => ({ endpoint: store.endpoint.replace('http:', 'https:') }),
      'store.unreachable',
      'it does not speak TLS there',
    ],
    ['to an endpoint that is no URL', () => ({ endpoint: 'minio' }), 'usage', '--endpoint is "minio": expected a URL'],
  ] satisfies readonly (readonly [string, () => Wrong, string, string])[])(
    'is refused %s',
    async (_, wrong, code, text) => {
      const refused = await copy(wrong());
      expectRefused(refused, code, text);
      expect(refused.stdout).toBe('');
      expect(await readdir(store.folder)).toEqual([]);
    },
  );

  it('is refused where nothing listens', async () => {
    expectRefused(
      await copy({ endpoint: `http://127.0.0.1:${await freePort()}` }),
      'store.unreachable',
      'nothing listens there',
    );
  });

  it('takes the copy after all of that, with the same state', async () => {
    const copied = await copy({});
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(0);
    expect((await readdir(join(store.folder, 'vod', 'v'))).toSorted()).toEqual(['a.ts', 'index.m3u8']);
  });

  it('is not mixed up with another one that wants the same state', async () => {
    expectRefused(await copy({ bucket: 'another' }), 'store.no-bucket', 's3://another/vod');
    expectRefused(
      await copy({ endpoint: overTls.endpoint, flags: ['--ca', join(folder, 'cert.pem')] }),
      'usage',
      'name another with --state',
    );
  });

  it('is reached over TLS when its authority is named', async () => {
    const flags = ['--ca', join(folder, 'cert.pem'), '--state', join(folder, 'state-tls')];
    expect((await copy({ endpoint: overTls.endpoint, flags })).code).toBe(0);
  });
});
