import { emptyBits, hasBit, putBit } from '../../src/domain/bits.ts';
import { indicesOf } from '../../src/domain/index-ranges.ts';
import type { IndexRanges } from '../../src/domain/index-ranges.ts';
import type { FieldPatch, FileField, LiveDelta, LiveSnapshot, LiveVideo } from '../../src/domain/progress/live-view.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';

/** What a page knows of the files of a video. */
interface ClientField {
  readonly done: Uint8Array;
  readonly failed: IndexRanges;
  readonly accepted: IndexRanges;
}

/** A page without a screen: it keeps what it was told, as the contract has it. */
export interface LiveClient {
  readonly seen: string | undefined;
  /** How many of each it was given. */
  readonly counts: { readonly snapshot: number; readonly delta: number };
  readonly state: Omit<LiveSnapshot, 'videos'> | undefined;
  readonly videos: ReadonlyMap<string, LiveVideo>;
  readonly fields: ReadonlyMap<string, ClientField>;
  take(event: { readonly id: string; readonly name: string; readonly data: string }): void;
}

/** A client that has seen nothing. */
export function createLiveClient(): LiveClient {
  const counts = { snapshot: 0, delta: 0 };
  const videos = new Map<string, LiveVideo>();
  const fields = new Map<string, ClientField>();
  let seen: string | undefined;
  let state: Omit<LiveSnapshot, 'videos'> | undefined;
  const forget = (id: string): void => {
    videos.delete(id);
    fields.delete(id);
  };
  const takeSnapshot = ({ videos: rows, ...rest }: LiveSnapshot): void => {
    counts.snapshot += 1;
    state = rest;
    videos.clear();
    fields.clear();
    for (const { field, ...row } of rows) {
      videos.set(row.id, row);
      if (field) fields.set(row.id, fieldOf(field));
    }
  };
  const takeDelta = ({ videos: changes = [], gone = [], history = [], ...parts }: LiveDelta): void => {
    counts.delta += 1;
    if (!state) throw new Error('a delta before any snapshot');
    state = { ...state, ...parts, history: [...state.history, ...history] };
    gone.forEach(forget);
    for (const { field, patch, noField, ...row } of changes) {
      videos.set(row.id, row);
      if (field) fields.set(row.id, fieldOf(field));
      if (noField) fields.delete(row.id);
      if (!patch) continue;
      const before = fields.get(row.id);
      if (!before) throw new Error(`a patch on no field: ${row.id}`);
      fields.set(row.id, patched(before, patch));
    }
  };
  return {
    get seen() {
      return seen;
    },
    get state() {
      return state;
    },
    counts,
    videos,
    fields,
    take({ id, name, data }) {
      seen = id;
      if (name === 'snapshot') takeSnapshot(JSON.parse(data) as LiveSnapshot);
      else takeDelta(JSON.parse(data) as LiveDelta);
    },
  };
}

function fieldOf({ done, failed = [], accepted = [] }: FileField): ClientField {
  return { done: Buffer.from(done, 'hex'), failed, accepted };
}

function patched(before: ClientField, { set = [], unset = [], failed, accepted }: FieldPatch): ClientField {
  for (const index of indicesOf(set)) putBit(before.done, index, true);
  for (const index of indicesOf(unset)) putBit(before.done, index, false);
  return { done: before.done, failed: failed ?? before.failed, accepted: accepted ?? before.accepted };
}

/** How a client's rows and fields are to look when they tell exactly what the ledger holds. */
export async function shownOf(ledger: Ledger, id: string): Promise<unknown> {
  const tally = await ledger.tally(id);
  if (!tally) return undefined;
  const { total, done, failed, accepted } = tally.record;
  const indices = (bits: Uint8Array): number[] =>
    Array.from({ length: total }, (_, index) => index).filter((index) => hasBit(bits, index));
  return {
    files: { total, done, failed, accepted },
    done: indices(tally.done),
    failed: indices(tally.failed),
    accepted: indices(tally.accepted),
  };
}

/** The same, of what the client knows. */
export function shownTo(client: LiveClient, id: string): unknown {
  const [row, field] = [client.videos.get(id), client.fields.get(id)];
  if (!row) return undefined;
  const done = field?.done ?? emptyBits(0);
  return {
    files: row.files,
    done: Array.from({ length: row.files.total }, (_, index) => index).filter((index) => hasBit(done, index)),
    failed: [...indicesOf(field?.failed ?? [])],
    accepted: [...indicesOf(field?.accepted ?? [])],
  };
}
