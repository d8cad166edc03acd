import { z } from 'zod';
import { listOrders } from '../domain/progress/live-view.ts';
import type {
  FileDetail,
  FinishedRun,
  LiveDelta,
  LiveList,
  LiveSnapshot,
  LiveVideo,
  LiveVideoChange,
  SessionState,
  VideoField,
} from '../domain/progress/live-view.ts';
import {
  budgetSchema,
  failedScanSchema,
  failureSchema,
  functionCostSchema,
  inDigits,
  statusSchema,
  videoSummarySchema,
} from './contract.ts';

/** What `flants replay` writes into the page that plays it, as JSON. */
export type { Replay, ReplayVideo } from '../domain/progress/replay.ts';

/**
 * Schemas of what the dashboard is told. The stream has two events: `snapshot` first, then `delta`, of which the id is
 * `<epoch>-<sequence>`. A stream that resumes with `Last-Event-ID` begins with one delta of all that was missed, or with
 * a snapshot where that is not known any more.
 *
 * They depend on domain types only, so that the dashboard can import their types from here.
 */

/** Requests that change something by the cookie of a session must have this header, which no form of another site can send. */
export const actionHeader = 'X-Flants-Action';
/** Its value. */
export const actionHeaderValue = '1';

const count = z.int().min(0);
const amount = z.number().min(0);
const milliseconds = amount.meta({ description: 'Milliseconds since the epoch' });
const instant = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601 instant' });
const videoId = z.string().min(1).max(1_000);
const { totals: totalsSchema, causes: causesSchema } = statusSchema.shape;
const { files: filesSchema, state } = videoSummarySchema.shape;

const rangesSchema = z
  .array(z.tuple([count, count]).readonly())
  .meta({ id: 'IndexRanges', description: 'Ascending, disjoint ranges of indices: from, and up to but not with' });

const fieldSchema = z
  .object({
    done: z
      .string()
      .regex(/^(?:[0-9a-f]{2})*$/)
      .meta({ description: 'A bit for each file, the lowest of each byte first' }),
    failed: z.exactOptional(rangesSchema),
    accepted: z.exactOptional(rangesSchema),
    inFlight: z.exactOptional(rangesSchema),
  })
  .meta({ id: 'FileField' });

const liveVideoShape = {
  id: videoId,
  title: z.exactOptional(z.string()),
  state,
  files: filesSchema,
  fresh: z.exactOptional(z.literal(true)),
  since: milliseconds,
  field: z.exactOptional(fieldSchema),
};
const liveVideoSchema = z.object(liveVideoShape).meta({ id: 'LiveVideo' }) satisfies z.ZodType<LiveVideo>;

const patchSchema = z
  .object({
    set: z.exactOptional(rangesSchema),
    unset: z.exactOptional(rangesSchema),
    failed: z.exactOptional(rangesSchema),
    accepted: z.exactOptional(rangesSchema),
    inFlight: z.exactOptional(rangesSchema),
  })
  .meta({ id: 'FieldPatch' });

const liveVideoChangeSchema = z
  .object({
    ...liveVideoShape,
    patch: z.exactOptional(patchSchema),
    noField: z.exactOptional(z.literal(true)),
  })
  .meta({ id: 'LiveVideoChange' }) satisfies z.ZodType<LiveVideoChange>;

const runCountsSchema = z
  .object({
    copied: count,
    unchanged: count,
    failed: count,
    copiedBytes: amount,
    durationMs: amount,
    functions: z.exactOptional(functionCostSchema),
  })
  .meta({ id: 'RunCounts' });

const rateSampleSchema = z.tuple([milliseconds, amount, amount]).readonly().meta({ id: 'RateSample' });

const partsShape = {
  totals: totalsSchema,
  progress: z
    .object({
      filesPerSecond: amount,
      bytesPerSecond: amount,
      remainingMs: z.exactOptional(amount),
      remainingIsGuess: z.exactOptional(z.literal(true)),
      uncrawled: count,
      expectedFiles: z.exactOptional(count),
      run: z.exactOptional(runCountsSchema),
    })
    .meta({ id: 'LiveProgress' }),
  causes: causesSchema,
  services: z.array(
    z
      .object({
        name: z.string(),
        id: z.string(),
        version: z.string(),
        since: milliseconds,
        at: milliseconds,
        halted: z.exactOptional(failureSchema),
      })
      .meta({ id: 'LiveService' }),
  ),
  queues: z.array(
    z.object({ name: z.string(), waiting: count, active: count, delayed: count }).meta({ id: 'LiveQueue' }),
  ),
  batches: z.array(
    z
      .object({
        id: z.string(),
        video: videoId,
        worker: z.exactOptional(z.string()),
        files: count,
        since: milliseconds,
        throttled: z.exactOptional(z.literal(true)),
      })
      .meta({ id: 'LiveBatch' }),
  ),
  cost: z.object({ usd: amount, requests: count, gigabyteSeconds: amount }).meta({ id: 'LiveCost' }).nullable(),
  budget: budgetSchema.nullable(),
  scanFailed: failedScanSchema.nullable(),
  ended: z.object({ at: milliseconds }).meta({ id: 'LiveEnd' }).nullable(),
  isCounting: z.boolean(),
  listVersion: count,
};

export const liveSnapshotSchema = z
  .object({
    format: z.literal(1),
    at: milliseconds,
    version: z.string(),
    destination: z.string(),
    playUrl: z.exactOptional(z.string()),
    ...partsShape,
    history: z.array(rateSampleSchema),
    videos: z.array(liveVideoSchema),
  })
  .meta({ id: 'LiveSnapshot' }) satisfies z.ZodType<LiveSnapshot>;

export const liveDeltaSchema = z
  .object({
    at: milliseconds,
    totals: z.exactOptional(partsShape.totals),
    progress: z.exactOptional(partsShape.progress),
    causes: z.exactOptional(partsShape.causes),
    services: z.exactOptional(partsShape.services),
    queues: z.exactOptional(partsShape.queues),
    batches: z.exactOptional(partsShape.batches),
    cost: z.exactOptional(partsShape.cost),
    budget: z.exactOptional(partsShape.budget),
    scanFailed: z.exactOptional(partsShape.scanFailed),
    ended: z.exactOptional(partsShape.ended),
    isCounting: z.exactOptional(partsShape.isCounting),
    listVersion: z.exactOptional(partsShape.listVersion),
    history: z.exactOptional(z.array(rateSampleSchema)),
    videos: z.exactOptional(z.array(liveVideoChangeSchema)),
    gone: z.exactOptional(z.array(videoId)),
  })
  .meta({ id: 'LiveDelta' }) satisfies z.ZodType<LiveDelta>;

/** The data of an event. */
export const liveEventSchema = z.union([liveSnapshotSchema, liveDeltaSchema]);

export const liveListSchema = z
  .object({
    total: count,
    rows: z.array(videoSummarySchema.extend({ since: z.exactOptional(milliseconds) }).meta({ id: 'LiveListRow' })),
    listVersion: count,
    isCounting: z.boolean(),
  })
  .meta({ id: 'LiveList' }) satisfies z.ZodType<LiveList>;

const maxListPage = 1_000;
export const liveListQuerySchema = z.strictObject({
  state: z.exactOptional(
    z.preprocess((text) => (typeof text === 'string' ? text.split(',') : text), z.array(state).min(1)),
  ),
  text: z
    .exactOptional(z.string().max(1_000))
    .meta({ description: 'Part of the id, the title or the URL, in any case' }),
  sort: z.enum(listOrders).default('title'),
  order: z.enum(['asc', 'desc']).default('asc'),
  offset: inDigits(count.default(0)),
  limit: inDigits(z.int().min(1).max(maxListPage).default(100)),
});

export const videoFieldSchema = z
  .object({
    id: videoId,
    total: count,
    field: z.exactOptional(fieldSchema),
    renditions: z.array(
      z
        .object({
          key: z.string(),
          name: z.string(),
          kind: z.enum(['video', 'audio', 'subtitles', 'iframes', 'other']),
          files: rangesSchema,
        })
        .meta({ id: 'Rendition' }),
    ),
  })
  .meta({ id: 'VideoField' }) satisfies z.ZodType<VideoField>;

const fileTrySchema = z
  .object({
    number: count,
    outcome: z.enum(['copied', 'unchanged', 'failed']),
    at: z.string(),
    code: z.exactOptional(failureSchema.shape.code),
    message: z.exactOptional(z.string()),
    status: z.exactOptional(z.int()),
    sizeBytes: z.exactOptional(amount),
    durationMs: z.exactOptional(amount),
    worker: z.string(),
  })
  .meta({ id: 'FileTry' });

export const fileDetailSchema = z
  .object({
    video: videoId,
    index: count,
    key: z.string(),
    url: z.string(),
    role: z.enum(['segment', 'initialization-section', 'key', 'image', 'data', 'poster', 'captions', 'attachment']),
    state: z.enum(['done', 'accepted', 'failed', 'open']),
    renditions: z.array(z.string()),
    tries: z.array(fileTrySchema),
    acceptedBecause: z.exactOptional(z.string()),
  })
  .meta({ id: 'FileDetail' }) satisfies z.ZodType<FileDetail>;

export const runsSchema = z
  .object({
    runs: z
      .array(
        z
          .object({
            startedAt: instant,
            endedAt: instant,
            version: z.string(),
            exitCode: z.int(),
            totals: totalsSchema,
            run: runCountsSchema,
            halted: z.exactOptional(z.string()),
          })
          .meta({ id: 'FinishedRun' }),
      )
      .meta({ description: 'The latest first' }),
  })
  .meta({ id: 'FinishedRuns' }) satisfies z.ZodType<{ runs: readonly FinishedRun[] }>;

export const sessionStateSchema = z
  .object({ canRead: z.boolean(), canAct: z.boolean(), needsToken: z.boolean() })
  .meta({ id: 'SessionState' }) satisfies z.ZodType<SessionState>;

export const signInSchema = z.strictObject({ token: z.string().min(1).max(1_000) });
