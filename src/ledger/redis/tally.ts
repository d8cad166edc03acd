import type { RedisScript } from './script.ts';

/**
 * Reads a video's facts and bits of the same instant. A transaction would do, but a server whose memory is full refuses
 * even to read in one.
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
