import { buildApp } from 'fauxqs';
import type { S3Server } from './s3-server.ts';

/** A fauxqs, and what it was asked. */
export interface Fauxqs extends S3Server {
  /** Method and path of each request since the start, in order. */
  readonly requests: readonly string[];
}

/** Starts the lenient one, within this process and in memory: conditions, signatures and checksums mean nothing to it. */
export async function startFauxqs(): Promise<Fauxqs> {
  const app = buildApp({ logger: false });
  const requests: string[] = [];
  app.addHook('onRequest', async (request) => {
    requests.push(`${request.method} ${request.url}`);
  });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const bucket = 'library';
  const created = await fetch(`${endpoint}/${bucket}`, { method: 'PUT' });
  if (!created.ok) throw new Error(`fauxqs made no bucket: ${created.status}`);
  requests.length = 0;
  return {
    endpoint,
    region: 'us-east-1',
    accessKeyId: 'any',
    secretAccessKey: 'any',
    bucket,
    requests,
    stop: () => app.close(),
  };
}
