import { setFlagsFromString } from 'node:v8';

/** V8's own: the young generation doubles when much of it survives. */
const usualGrowthFactor = 2;

/** Lets the young generations of this process grow as V8 does it, or keeps them from growing. */
export function letYoungGrow(mayGrow: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? usualGrowthFactor : 1}`);
}

/**
 * Keeps the young generation of this process as small as it is. What a start allocates is code and tables that stay, and
 * would let it grow to 20 MiB, which an idle process then keeps.
 *
 * @returns lets it grow again, once there is work
 */
export function startSmall(): () => void {
  letYoungGrow(false);
  return () => letYoungGrow(true);
}
