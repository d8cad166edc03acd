import type { WriteLimits } from '../domain/cost/object-sizes.ts';
import { MiB } from '../domain/units.ts';

/**
 * Bodies of up to `maxHeldBytes` are held in memory and sent with one PUT. Larger ones are uploaded as they arrive, in parts
 * of `partBytes`, or of more where the store takes no smaller ones or not so many.
 */
export const writeLimits = { maxHeldBytes: 16 * MiB, partBytes: 8 * MiB } as const satisfies WriteLimits;
