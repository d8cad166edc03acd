import type { WireField, WirePatch } from '../api/contract.ts';

/** Half-open ranges of file indices. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** What is known of each file of one video. */
export interface Field {
  readonly total: number;
  /** A bit per file, lowest bit first in each byte. */
  readonly done: Uint8Array;
  readonly failed: Ranges;
  readonly accepted: Ranges;
  readonly inFlight: Ranges;
}

/** What one file is shown as: an index into the glyphs. */
export const cell = { open: 0, inFlight: 1, done: 2, failed: 3, accepted: 4 } as const;

/** Names of the cells, in the order of their numbers. */
export const cellNames = ['waiting', 'in flight', 'done', 'failed', 'accepted'] as const;

/** A field as it came over the wire. Bits beyond `total` are passed over. */
export function fieldOf(wire: WireField, total: number): Field {
  return {
    total,
    done: bytesOf(wire.done, Math.ceil(total / 8)),
    failed: wire.failed ?? [],
    accepted: wire.accepted ?? [],
    inFlight: wire.inFlight ?? [],
  };
}

/** The field after a change. The bits are changed in place: they are the largest part, and nobody keeps older ones. */
export function patchField(field: Field, patch: WirePatch): Field {
  for (const [from, to] of patch.set ?? []) putBits(field.done, from, Math.min(to, field.total), true);
  for (const [from, to] of patch.unset ?? []) putBits(field.done, from, Math.min(to, field.total), false);
  return {
    ...field,
    failed: patch.failed ?? field.failed,
    accepted: patch.accepted ?? field.accepted,
    inFlight: patch.inFlight ?? field.inFlight,
  };
}

/** The cell of each file. A file is accepted rather than failed, and done rather than in flight. */
export function cellsOf(field: Field): Uint8Array {
  const cells = new Uint8Array(field.total);
  const fill = (ranges: Ranges, value: number): void => {
    for (const [from, to] of ranges) cells.fill(value, from, to);
  };
  fill(field.inFlight, cell.inFlight);
  fill(field.failed, cell.failed);
  fill(field.accepted, cell.accepted);
  for (let byte = 0; byte < field.done.length; byte++) {
    const bits = field.done[byte] ?? 0;
    if (bits === 0xff) cells.fill(cell.done, byte * 8, byte * 8 + 8);
    else if (bits !== 0) for (let bit = 0; bit < 8; bit++) if (bits & (1 << bit)) cells[byte * 8 + bit] = cell.done;
  }
  return cells;
}

function putBits(bits: Uint8Array, from: number, to: number, value: boolean): void {
  for (let index = from; index < to; index++) {
    const byte = index >> 3;
    const mask = 1 << (index & 7);
    bits[byte] = value ? (bits[byte] ?? 0) | mask : (bits[byte] ?? 0) & ~mask;
  }
}

function bytesOf(hex: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const end = Math.min(length, hex.length >> 1);
  for (let at = 0; at < end; at++) bytes[at] = (digit(hex, at * 2) << 4) | digit(hex, at * 2 + 1);
  return bytes;
}

/** Lower-case only, as the contract has it. */
function digit(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}
