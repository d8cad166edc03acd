import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { second } from '../../src/domain/units.ts';
import type { MemoryEntry } from '../../src/storage/memory-source.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';
import { openClusterLibrary } from './library.ts';
import type { ClusterLibrary } from './library.ts';

/** Opens a library whose source holds these objects. It is closed after the test. */
export type OpenLibrary = (objects: Readonly<Record<string, MemoryEntry>>) => Promise<ClusterLibrary>;

/** Tests on a busy machine take long; alone, each ends within seconds. */
const bounded = { timeout: 60 * second };

/** Which servers the tests lack on this machine; empty where none is missing. */
const missing = [...(hasRedis ? [] : ['redis-server']), ...(hasVersitygw ? [] : ['versitygw'])].join(' and ');

/** A suite on one Redis and one versitygw, with a library of its own for each test. */
export function describeOnCluster(title: string, tests: (open: OpenLibrary) => void): void {
  describe.skipIf(missing !== '')(`${title}${missing && ` (no ${missing})`}`, bounded, () => {
    let redis: RedisServer | undefined;
    let s3: Versitygw | undefined;
    let library: ClusterLibrary | undefined;
    beforeAll(async () => {
      [redis, s3] = await Promise.all([startRedis(), startVersitygw()]);
    });
    afterAll(() => Promise.all([redis?.stop(), s3?.stop()]));
    afterEach(() => library?.close());

    tests(async (objects) => {
      if (!redis || !s3) throw new Error('the servers have not started');
      library = await openClusterLibrary({ redis, s3 }, objects);
      return library;
    });
  });
}
