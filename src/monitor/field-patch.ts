import type { Bits } from '../domain/bits.ts';
import { hasBit, putBit, rangesOfBits } from '../domain/bits.ts';
import type { FieldBits } from '../domain/progress/file-field.ts';
import { indicesOf, subtract, union } from '../domain/index-ranges.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { FieldPatch, FileField } from '../domain/progress/live-view.ts';

/** How a field of the same size differs from an earlier one. Undefined where it does not. */
export function patchBetween(before: FieldBits, after: FieldBits): FieldPatch | undefined {
  const { set, unset } = differences(before.done, after.done);
  const patch: FieldPatch = {
    ...(set.length > 0 ? { set } : {}),
    ...(unset.length > 0 ? { unset } : {}),
    ...(isEqual(before.failed, after.failed) ? {} : { failed: rangesOfBits(after.failed, after.total) }),
    ...(isEqual(before.accepted, after.accepted) ? {} : { accepted: rangesOfBits(after.accepted, after.total) }),
    ...(areSame(before.inFlight, after.inFlight) ? {} : { inFlight: after.inFlight }),
  };
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** The patch that does what two do, one after the other. */
export function mergePatches(first: FieldPatch, second: FieldPatch): FieldPatch {
  const { set = [], unset = [], ...wholes } = second;
  const allSet = union(subtract(first.set ?? [], unset), set);
  const allUnset = union(subtract(first.unset ?? [], set), unset);
  const { set: _, unset: __, ...earlier } = first;
  return {
    ...earlier,
    ...wholes,
    ...(allSet.length > 0 ? { set: allSet } : {}),
    ...(allUnset.length > 0 ? { unset: allUnset } : {}),
  };
}

/** A field after a patch. */
export function patchField({ done, ...field }: FileField, { set = [], unset = [], ...wholes }: FieldPatch): FileField {
  const bits = Buffer.from(done, 'hex');
  for (const index of indicesOf(set)) putBit(bits, index, true);
  for (const index of indicesOf(unset)) putBit(bits, index, false);
  const ranges = Object.entries({ ...field, ...wholes }).filter(([, each]) => each.length > 0);
  return { done: bits.toString('hex'), ...Object.fromEntries(ranges) };
}

/** Which bits are set and unset in `after` alone. Bytes that are equal cost next to nothing. */
function differences(before: Bits, after: Bits): { readonly set: IndexRanges; readonly unset: IndexRanges } {
  const [set, unset]: [[number, number][], [number, number][]] = [[], []];
  for (let byte = 0; byte < Math.max(before.length, after.length); byte++) {
    if (before[byte] === after[byte]) continue;
    for (let index = byte * 8; index < (byte + 1) * 8; index++) {
      const is = hasBit(after, index);
      if (is === hasBit(before, index)) continue;
      const ranges = is ? set : unset;
      const last = ranges.at(-1);
      if (last?.[1] === index) last[1] = index + 1;
      else ranges.push([index, index + 1]);
    }
  }
  return { set, unset };
}

function isEqual(some: Bits, others: Bits): boolean {
  return Buffer.compare(some, others) === 0;
}

function areSame(some: IndexRanges, others: IndexRanges): boolean {
  return some === others || (some.length === others.length && some.join() === others.join());
}
