import { markLua } from './mark.ts';
import { passLua } from './pass.ts';
import type { RedisScript } from './script.ts';

/**
 * Counts the outcomes of a batch, then ends its lease and grants its successors.
 *
 * KEYS: video, bits, feed, changed, leases.
 * ARGV: as of `markScript`, then as of `passScript`.
 * Result: [as of `markScript`, as of `passScript`].
 */
export const endBatchScript: RedisScript = {
  name: 'flantsLedgerEndBatch',
  numberOfKeys: 5,
  lua: `${markLua}${passLua}
local marked = mark()
return {marked, pass(KEYS[1], KEYS[5], 6)}
`,
};
