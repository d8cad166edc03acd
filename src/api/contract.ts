import { z } from 'zod';
import { failureCodes } from '../domain/failure.ts';
import type { BudgetReport } from '../domain/cost/budget.ts';
import type { Failure, FailureCode } from '../domain/failure.ts';
import type { Decided, FailedScan, LibraryStatus, VideoDetail, VideoSummary } from '../domain/report/library-status.ts';
import type { LibraryReport, Totals, VideoReport } from '../domain/report/copy.ts';
import { videoStates } from '../domain/video.ts';

/** Schemas of requests and responses. They depend on domain types only, so that a dashboard can import this file. */

const count = z.int().min(0);
const instant = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601 instant' });
const videoId = z.string().min(1).max(1_000).meta({ description: 'Id of a video in its catalogue' });
const code = z.enum(failureCodes as readonly [FailureCode, ...FailureCode[]]).meta({ id: 'FailureCode' });
const state = z.enum(videoStates).meta({ id: 'VideoState' });
const byte = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4 = `${byte}(?:[.]${byte}){3}`;
const group = '[0-9A-Fa-f]{1,4}';
/** The groups of an IPv6 address whose `::` comes after the first `before` of them; two of them may be an IPv4 address. */
const shortened = (before: number): string => {
  const head = before === 0 ? '' : `${group}(?::${group}){${before - 1}}`;
  const groups = before === 7 ? '' : `(?:${group}(?::${group}){0,${6 - before}})?`;
  const mixed = before > 5 ? '' : `|(?:${group}:){0,${5 - before}}${ipv4}`;
  return `${head}::(?:${groups}${mixed})`;
};
const ipv6 = [
  `${group}(?::${group}){7}`,
  `(?:${group}:){6}${ipv4}`,
  ...Array.from({ length: 8 }, (_, before) => shortened(before)),
];
const hosts = ['(?:[A-Za-z0-9_-]+[.])*[A-Za-z][A-Za-z0-9_-]*[.]?', ipv4, `\\[(?:${ipv6.join('|')})\\]`];
const port = '(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{0,4})';
/** RFC 3986, for the document: a validator of JSON Schema need not know what a URL is. */
const playlistUrlPattern = new RegExp(
  `^[Hh][Tt][Tt][Pp][Ss]?://(?:[^/?#@\\\\\\s]*@)?(?:${hosts.join('|')})(?::${port})?/[^/?#\\s\\x00-\\x1f]`,
);

/** With a path, since a host alone is no playlist. */
const url = z
  .url({ protocol: /^https?$/ })
  .max(8_192)
  .regex(playlistUrlPattern, 'expected an http(s) URL with a path, its host in ASCII (a name in Punycode)')
  .meta({ description: 'http(s) URL of a playlist, as RFC 3986 has it: a host beyond ASCII in Punycode' });

export const failureSchema = z
  .object({
    code,
    retryable: z.boolean(),
    message: z.string().meta({ description: 'One line for people' }),
    status: z.exactOptional(z.int()),
    retryAfterMs: z.exactOptional(z.number().min(0)),
  })
  .meta({ id: 'Failure' }) satisfies z.ZodType<Failure>;

export const errorSchema = z.object({ error: failureSchema }).meta({ id: 'Error' });

const filesSchema = z.object({ total: count, done: count, failed: count, accepted: count }).meta({ id: 'FileCounts' });

const totalsSchema = z
  .object({
    videos: z.object({
      published: count,
      publishing: count,
      copying: count,
      waiting: count,
      live: count,
      incomplete: count,
      invalid: count,
      paused: count,
      cancelled: count,
    }),
    files: filesSchema,
  })
  .meta({ id: 'Totals' }) satisfies z.ZodType<Totals>;

export const functionCostSchema = z.object({
  invocations: count,
  died: count,
  throttled: count,
  unavailable: count,
  gbSeconds: z.number().min(0),
  puts: count,
  dollars: z.number().min(0),
  prices: z.object({ at: z.iso.date(), source: z.string() }),
});

export const budgetSchema = z
  .object({
    budget: z.object({
      files: z.exactOptional(count),
      bytes: z.exactOptional(count),
      dollars: z.exactOptional(z.number().min(0)),
    }),
    spent: z.object({ files: count, bytes: count, dollars: z.number().min(0) }),
    reached: z.exactOptional(z.enum(['files', 'bytes', 'dollars'])),
    pricesAt: z.iso.date(),
  })
  .meta({ id: 'BudgetReport' }) satisfies z.ZodType<BudgetReport>;

export const failedScanSchema = z
  .object({ catalogue: z.string(), since: instant, at: instant, failure: failureSchema })
  .meta({ id: 'FailedScan' }) satisfies z.ZodType<FailedScan>;

export const statusSchema = z
  .object({
    format: z.literal(1),
    destination: z.string(),
    at: instant,
    totals: totalsSchema,
    causes: z.array(
      z.object({
        code,
        files: count,
        videos: count,
        example: z.object({ video: videoId, key: z.exactOptional(z.string()), failure: failureSchema }),
      }),
    ),
    scan: z.exactOptional(
      z.object({
        startedAt: instant,
        rows: count,
        taken: count,
        refused: count,
        refusedExample: z.exactOptional(z.object({ row: count, id: z.exactOptional(videoId), failure: failureSchema })),
        warnings: count,
        withdrawn: count,
      }),
    ),
    scanFailed: z.exactOptional(failedScanSchema),
    functions: z.exactOptional(functionCostSchema),
    budget: z.exactOptional(budgetSchema),
    halted: z.exactOptional(z.array(z.object({ service: z.string(), id: z.string(), failure: failureSchema }))),
  })
  .meta({ id: 'LibraryStatus' }) satisfies z.ZodType<LibraryStatus>;

export const videoSummarySchema = z
  .object({
    id: videoId,
    title: z.exactOptional(z.string()),
    playlistUrl: z.string(),
    recordedAt: z.exactOptional(z.string()),
    state,
    files: filesSchema,
    fresh: z.exactOptional(z.literal(true)),
    invalid: z.exactOptional(failureSchema),
  })
  .meta({ id: 'VideoSummary' }) satisfies z.ZodType<VideoSummary>;

export const videoPageSchema = z
  .object({
    videos: z.array(videoSummarySchema),
    next: z.exactOptional(videoId).meta({ description: 'Give it as `after` for what follows; absent at the end' }),
  })
  .meta({ id: 'VideoPage' });

const videoReportSchema = z
  .object({
    id: videoId,
    title: z.exactOptional(z.string()),
    playlistUrl: z.string(),
    state,
    playlistKey: z.exactOptional(z.string()),
    revision: z.exactOptional(z.string()),
    files: filesSchema,
    sizeBytes: z.number().min(0),
    failures: z.array(
      z.object({
        key: z.string(),
        url: z.string(),
        failure: failureSchema,
        tries: count,
        acceptedBecause: z.exactOptional(z.string()),
      }),
    ),
    external: z.array(
      z.object({ playlistUrl: z.string(), line: z.int(), tag: z.string(), uri: z.string(), reason: z.string() }),
    ),
    warnings: z.array(z.string()),
    replaced: z.exactOptional(
      z.object({
        files: z.array(z.string()),
        invalidated: z.exactOptional(z.object({ by: z.string(), paths: count, at: instant })),
      }),
    ),
    invalid: z.exactOptional(failureSchema),
    live: z.exactOptional(z.object({ playlistUrl: z.string(), unchangedSince: instant })),
    nextLookAt: z.exactOptional(instant),
  })
  .meta({ id: 'VideoReport' }) satisfies z.ZodType<VideoReport>;

export const videoDetailSchema = z
  .object({
    report: videoReportSchema,
    decisions: z.array(
      z.object({
        type: z.enum(['submitted', 'accepted', 'paused', 'resumed', 'cancelled', 'prioritised']),
        at: instant,
        playlistUrl: z.exactOptional(z.string()),
        by: z.exactOptional(z.literal('person')),
        key: z.exactOptional(z.string()),
        reason: z.exactOptional(z.string()),
        fresh: z.exactOptional(z.boolean()),
      }),
    ),
    leases: z.array(z.object({ kind: z.enum(['crawl', 'batch', 'publish']), files: count })),
  })
  .meta({ id: 'VideoDetail' }) satisfies z.ZodType<VideoDetail>;

export const reportSchema = z
  .object({
    format: z.literal(1),
    destination: z.string(),
    at: instant,
    totals: totalsSchema,
    videos: z.array(videoReportSchema),
    refusedRows: z.array(z.object({ row: z.int(), id: z.exactOptional(z.string()), failure: failureSchema })),
    rowWarnings: z.exactOptional(
      z.object({ count, rows: z.array(z.object({ row: z.int(), id: videoId, message: z.string() })) }),
    ),
    withdrawn: z.exactOptional(z.array(videoId)),
    unguarded: z.array(z.string()),
    unkept: z.exactOptional(z.array(z.string())),
    run: z.exactOptional(
      z.object({
        copied: count,
        unchanged: count,
        failed: count,
        copiedBytes: z.number().min(0),
        durationMs: z.number().min(0),
        functions: z.exactOptional(functionCostSchema),
      }),
    ),
    functions: z.exactOptional(functionCostSchema),
    budget: z.exactOptional(budgetSchema),
  })
  .meta({ id: 'LibraryReport' }) satisfies z.ZodType<LibraryReport>;

/** RFC 4180. */
export const tableSchema = z.string().meta({ description: 'A line of names, then a line for each video or file' });

export const reportPageSchema = z
  .string()
  .meta({ description: 'One page without scripts, and without anything from elsewhere' });

export const decidedSchema = z
  .object({
    video: videoId,
    state: z.exactOptional(state),
    pending: z.exactOptional(failureSchema).meta({
      description: 'Why the decision, which is kept, has not taken effect yet: reconciliation applies it',
    }),
  })
  .meta({ id: 'Decided' }) satisfies z.ZodType<Decided>;

export const acceptedSchema = decidedSchema.extend({ key: z.string() }).meta({ id: 'Accepted' });
export const cancelledSchema = decidedSchema.extend({ underWay: count }).meta({ id: 'Cancelled' });
export const retriedSchema = z
  .object({
    reopened: count,
    videos: count,
    paused: z.exactOptional(count).meta({ description: 'How many of these videos wait until they are resumed' }),
  })
  .meta({ id: 'Retried' });
export const purgedSchema = z.object({ video: videoId, objectsLeft: count }).meta({ id: 'Purged' });

/** One line of `/files`. Further fields depend on the state of the file. */
export const fileLineSchema = z
  .looseObject({
    video: videoId,
    index: count,
    state: z.enum(['done', 'accepted', 'failed', 'open']),
    key: z.string(),
    url: z.string(),
    role: z.string(),
  })
  .meta({ id: 'FileLine' });

/** Only `http:` and `https:` are allowed: clients must not reach local files of the service's machine. */
export const submitSchema = z.strictObject({
  id: z.exactOptional(videoId),
  playlistUrl: z.exactOptional(url).meta({ description: 'Absent: that of the known video with this id' }),
  title: z.exactOptional(z.string().max(1_000)),
  recordedAt: z.exactOptional(instant),
  fresh: z.exactOptional(z.boolean()),
});

export const acceptSchema = z.strictObject({
  file: z.string().min(1).meta({ description: 'Key of a failed file, or the end of it from a slash on' }),
  reason: z.string().min(1).max(1_000),
});

export const retryVideoSchema = z.strictObject({ failedBy: z.exactOptional(code) });
export const retrySchema = retryVideoSchema.extend({ videos: z.exactOptional(z.array(videoId).max(1_000)) });
export const prioritySchema = z.strictObject({ fresh: z.boolean() });

/** Most proxies time out after a minute. */
const maxWaitMs = 60_000;
export const cancelSchema = z.strictObject({
  waitMs: z.exactOptional(z.int().min(0).max(maxWaitMs)).meta({
    description: 'How long to wait until nothing is under way',
  }),
});

/**
 * A whole number in a path or query. Nothing but digits is one: `Number` takes no text for 0, and `0x10` for 16.
 *
 * @param number - bounds of the number
 */
export const inDigits = <T extends z.ZodType>(number: T): z.ZodPreprocess<T> =>
  z.preprocess((text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text), number);

export const fileIndexSchema = inDigits(count);

const defaultPage = 100;
const maxPage = 1_000;
export const videosQuerySchema = z.strictObject({
  state: z.exactOptional(
    z.preprocess((text) => (typeof text === 'string' ? text.split(',') : text), z.array(state).min(1)),
  ),
  after: z.exactOptional(videoId),
  limit: inDigits(z.int().min(1).max(maxPage).default(defaultPage)),
});

export const reportQuerySchema = z.strictObject({ video: z.exactOptional(videoId) });
export const nothingSchema = z.strictObject({});
