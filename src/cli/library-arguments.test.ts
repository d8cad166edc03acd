import { expect, it } from 'vitest';
import type { ClusterOptions } from '../config/control-options.ts';
import { parseDestination } from '../config/values/location.ts';
import { noProxies } from '../config/values/proxies.ts';
import { libraryArguments } from './library-arguments.ts';

const env = { HOME: '/home/me' };

function cluster(url: string, endpoint?: string, prefix = 'flants'): ClusterOptions {
  return {
    kind: 'cluster',
    destination: parseDestination('s3://media/my vod', '/'),
    journal: parseDestination('s3://media-private/journal', '/'),
    proxies: noProxies,
    redis: { url, prefix },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

it('names a cluster as the next verb must', () => {
  expect(libraryArguments(cluster('redis://redis.example', 'http://minio.example:9000'), env)).toBe(
    "'s3://media/my vod' --endpoint http://minio.example:9000 --redis redis://redis.example --journal s3://media-private/journal",
  );
});

it('names the prefix of its keys in Redis, without which another library answers', () => {
  expect(libraryArguments(cluster('redis://127.0.0.1:6379', undefined, 'school'), env)).toBe(
    "'s3://media/my vod' --redis-prefix school --journal s3://media-private/journal",
  );
});

it('shows no password, and leaves out what is usual', () => {
  const words = "'s3://media/my vod' --journal s3://media-private/journal";
  expect(libraryArguments(cluster('redis://me:hush@redis.example'), env)).toBe(words);
  expect(libraryArguments(cluster('redis://127.0.0.1:6379'), env)).toBe(words);
});

it('names a state of this machine as before', () => {
  expect(libraryArguments({ kind: 'embedded', stateDir: '/state', proxies: noProxies }, env)).toBe('--state /state');
});
