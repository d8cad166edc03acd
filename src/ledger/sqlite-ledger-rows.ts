import { emptyBits } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { Failure } from '../domain/failure.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Live } from '../domain/live.ts';
import type { Hold, NextLook, VideoId, VideoRecord } from '../domain/video.ts';
import type { Lease } from './ledger.ts';

/** A row of `ledger_videos`. */
export interface VideoRow {
  readonly video: VideoId;
  readonly generation: string;
  readonly revision: string | null;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly accepted: number;
  readonly published: string | null;
  readonly hold: string | null;
  /** A failure as JSON. */
  readonly invalid: string | null;
  /** 1 where it is. */
  readonly fresh: number | null;
  /** `announced` of the record. */
  readonly told: string | null;
  /** `restarts` of the record. */
  readonly setbacks: number | null;
  readonly asked: string | null;
  /** `nextLook` of the record, as JSON. */
  readonly next_look: string | null;
  /** `live` of the record, as JSON. */
  readonly live: string | null;
}

/** A video with its bits; a kind without a row is null. */
export interface TallyRow extends VideoRow {
  readonly done_bits: Uint8Array | null;
  readonly failed_bits: Uint8Array | null;
  readonly accepted_bits: Uint8Array | null;
}

/** Kinds of bits that a tally has. */
export const bitsKinds = ['done', 'failed', 'accepted'] as const;

/** A row of `ledger_leases`. */
export interface LeaseRow {
  readonly id: string;
  readonly generation: string;
  readonly kind: string;
  /** Index ranges as JSON. */
  readonly files: string;
  readonly ttl_ms: number;
}

/** The facts in a row. */
export function recordOf(row: VideoRow): VideoRecord {
  const { generation, revision, total, done, failed, accepted, published, hold, invalid, fresh, told, setbacks } = row;
  return {
    generation,
    ...(revision === null ? {} : { revision }),
    total,
    done,
    failed,
    accepted,
    ...(published === null ? {} : { published }),
    ...(hold === null ? {} : { hold: hold as Hold }),
    ...(invalid === null ? {} : { invalid: JSON.parse(invalid) as Failure }),
    ...(fresh === null ? {} : { fresh: true }),
    ...(told === null ? {} : { announced: told }),
    ...(setbacks === null ? {} : { restarts: setbacks }),
    ...(row.asked === null ? {} : { asked: row.asked }),
    ...(row.next_look === null ? {} : { nextLook: JSON.parse(row.next_look) as NextLook }),
    ...(row.live === null ? {} : { live: JSON.parse(row.live) as Live }),
  };
}

/** The values of a video's row, in the order of its columns. */
export function valuesOf(video: VideoId, record: VideoRecord): (string | number | null)[] {
  const { generation, revision, total, done, failed, accepted, published, hold, invalid, fresh, announced, restarts } =
    record;
  return [
    video,
    generation,
    revision ?? null,
    total,
    done,
    failed,
    accepted,
    published ?? null,
    hold ?? null,
    invalid === undefined ? null : JSON.stringify(invalid),
    fresh ? 1 : null,
    announced ?? null,
    restarts ?? null,
    record.asked ?? null,
    record.nextLook === undefined ? null : JSON.stringify(record.nextLook),
    record.live === undefined ? null : JSON.stringify(record.live),
  ];
}

/** The facts and bits in a row. */
export function tallyOf(row: TallyRow): Tally {
  const none = emptyBits(row.total);
  return {
    record: recordOf(row),
    done: row.done_bits ?? none,
    failed: row.failed_bits ?? none,
    accepted: row.accepted_bits ?? none,
  };
}

/** The lease in a row. */
export function leaseOf(row: LeaseRow): Lease {
  return {
    id: row.id,
    generation: row.generation,
    kind: row.kind as Lease['kind'],
    files: JSON.parse(row.files) as IndexRanges,
    ttlMs: row.ttl_ms,
  };
}
