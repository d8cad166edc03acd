import { afterAll, beforeAll, expect, it } from 'vitest';
import { noProxies } from '../../src/config/values/proxies.ts';
import { askIdentity } from '../../src/storage/s3/identity.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import type { Fauxqs } from '../servers/fauxqs.ts';
import { freePort } from '../servers/free-port.ts';

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const { signal } = new AbortController();
const ask = (endpoint: string) =>
  askIdentity({ credentials, region: 'eu-central-1', endpoint, proxies: noProxies, signal });

let server: Fauxqs;
beforeAll(async () => {
  server = await startFauxqs();
});
afterAll(() => server.stop());

it('names whose credentials they are, as STS tells', async () => {
  expect(await ask(server.endpoint)).toMatch(/^arn:aws:/);
});

it('names nobody where no service answers, which is no failure', async () => {
  expect(await ask(`http://127.0.0.1:${await freePort()}`)).toBeUndefined();
});
