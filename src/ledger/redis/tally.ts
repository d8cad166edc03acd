import type { RedisScript } from './script.ts';

/**
 * Reads a video's facts and bits in one atomic step. A transaction would do as well, but a server that is out of memory
 * refuses even to read in one.
 *
 * KEYS: video, bits.
 * ARGV: none.
 * Result: [fields and values, planes of bits or nothing].
 */
export const tallyScript: RedisScript = {
  name: 'flantsLedgerTally',
  numberOfKeys: 2,
  lua: `return {redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2])}`,
};
