import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { GiB } from '../../src/domain/units.ts';
import { openFileSource } from '../../src/storage/file-source.ts';
import { openHttpSource } from '../../src/storage/http/source.ts';
import { limitSource } from '../../src/storage/limit-source.ts';
import { createSharedRate } from '../../src/storage/shared-rate.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { openS3Source } from '../../src/storage/s3/source.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import { routeSource } from '../../src/storage/route-source.ts';
import { sourceContract } from '../contract/source.contract.ts';
import type { SourceUnderTest } from '../contract/source.contract.ts';
import { hasNginx, startNginx } from '../servers/nginx.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startOrigin } from '../servers/origin.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';

const httpOptions = {
  headers: [],
  connections: 4,
  connectTimeoutMs: 5000,
  headersTimeoutMs: 5000,
  bodyTimeoutMs: 5000,
  maxRedirects: 5,
};

const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

async function overOrigin(): Promise<SourceUnderTest> {
  const origin = await startOrigin();
  const source = openHttpSource(httpOptions);
  return {
    source,
    put: async (path, bytes) => origin.put(path, bytes),
    urlOf: (path) => origin.url + encoded(path),
    close: async () => {
      await source.close();
      await origin.stop();
    },
  };
}

async function overBucket(start: () => Promise<S3Server>): Promise<SourceUnderTest> {
  const server = await start();
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const store = openS3At(server, '');
  const source = openS3Source({
    ...httpOptions,
    endpoint,
    region,
    credentials: async () => credentials,
    mayRead: (name) => name === bucket,
  });
  const { signal } = new AbortController();
  return {
    source,
    put: async (path, bytes) => {
      const options = { contentType: 'video/mp2t', cacheControl: 'no-store', signal };
      await store.put(path.slice(1), bytes, crc32Hex(bytes), options);
    },
    urlOf: (path) => `s3://${bucket}${encoded(path)}`,
    close: async () => {
      await source.close();
      await store.close();
      await server.stop();
    },
  };
}

interface Folder {
  readonly path: string;
  put(path: string, bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'flants-source-'));
  return {
    path,
    put: async (name, bytes) => {
      await mkdir(dirname(path + name), { recursive: true });
      await writeFile(path + name, bytes);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

async function overNginx(): Promise<SourceUnderTest> {
  const folder = await temporaryFolder();
  const nginx = await startNginx(folder.path);
  const source = openHttpSource(httpOptions);
  return {
    source,
    put: folder.put,
    urlOf: (path) => nginx.url + encoded(path),
    close: async () => {
      await source.close();
      await nginx.stop();
      await folder.remove();
    },
  };
}

async function overFiles(): Promise<SourceUnderTest> {
  const folder = await temporaryFolder();
  return {
    source: openFileSource(),
    put: folder.put,
    urlOf: (path) => pathToFileURL(folder.path + path).href,
    close: folder.remove,
  };
}

async function inMemory(): Promise<SourceUnderTest> {
  const source = openMemorySource();
  const urlOf = (path: string): string => `memory://library${path}`;
  return {
    source,
    put: async (path, bytes) => void source.objects.set(urlOf(path), { bytes }),
    urlOf,
    close: () => source.close(),
  };
}

async function decorated(): Promise<SourceUnderTest> {
  const files = await overFiles();
  const source = limitSource(routeSource({ 'file:': files.source }), { bytes: createSharedRate(GiB) });
  return { ...files, source };
}

sourceContract('http from an origin of our own', overOrigin);
describe.skipIf(!hasNginx)('nginx', () => sourceContract('http from nginx', overNginx));
sourceContract('files', overFiles);
sourceContract('memory', inMemory);
sourceContract('files, routed and limited', decorated);
describe.skipIf(!hasVersitygw)('versitygw', () =>
  sourceContract('a bucket of versitygw', () => overBucket(startVersitygw)),
);
sourceContract('a bucket of fauxqs', () => overBucket(startFauxqs));
