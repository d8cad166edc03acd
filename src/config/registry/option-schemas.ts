import { z } from 'zod';
import { videoStates } from '../../domain/video.ts';
import { parseAllowedHost } from '../values/allowed-host.ts';
import { isRedisUrl, parseAddress } from '../values/address.ts';
import { parseRequestRate, parseTimetable } from '../values/rate-limits.ts';
import { parseSideFiles } from '../values/side-files.ts';
import { parseSince } from '../values/selection.ts';
import { parseSinceQuery } from '../values/since-query.ts';
import { parseFieldPath, parseMongoFields, parseMongoFilter } from '../values/mongo.ts';
import { optionSpecs, specOf } from './options.ts';
import type { OptionName } from './options.ts';
import { expectationOf } from './option-spec.ts';
import type { OptionSpec } from './option-spec.ts';
import { parseProxy } from '../values/proxies.ts';
import {
  parseBudget,
  parseDollars,
  parseDuration,
  parseDurationOrZero,
  parsePercent,
  parseSize,
} from '../values/quantities.ts';
import { verbs } from './verbs.ts';
import type { VerbName } from './verbs.ts';

const text = z.string().trim().min(1);
const url = text.refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''));
const integer = (spec: { readonly min: number; readonly max: number }): z.ZodInt => z.int().min(spec.min).max(spec.max);
const list = z.array(text).default([]);

/** Characters of a bearer token that fits into a header: printable ASCII without spaces. */
export const tokenPattern = /^[!-~]{8,}$/;

/** Schema of a value with its own notation. `parse` returns undefined for text that does not fit. */
function written<T>(parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return text.transform(orRefused(parse));
}

function orRefused<I, T>(parse: (value: I) => T | undefined) {
  return (value: I, context: z.RefinementCtx): T => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.issues.push({ code: 'custom', input: value });
    return z.NEVER;
  };
}

/** Schemas of all options, over JSON types. Texts of flags and variables are converted first (`decodeText`). */
const optionSchemas = {
  ids: list,
  limit: integer(optionSpecs.limit).exactOptional(),
  since: written(parseSince).exactOptional(),
  include: list,
  exclude: list,
  sample: integer(optionSpecs.sample).exactOptional(),
  seed: text.exactOptional(),
  sideFiles: z.array(text).transform(orRefused(parseSideFiles)).prefault([]),
  existing: z.enum(optionSpecs.existing.choices).default(optionSpecs.existing.default),
  assumeEnded: z.boolean().default(optionSpecs.assumeEnded.default),
  recheck: z.boolean().default(optionSpecs.recheck.default),
  sha256: z.boolean().default(optionSpecs.sha256.default),
  external: z.enum(optionSpecs.external.choices).default(optionSpecs.external.default),
  dryRun: z.boolean().default(optionSpecs.dryRun.default),
  baseUrl: url.exactOptional(),
  headerPolicy: text.exactOptional(),
  invalidate: text.exactOptional(),
  invalidatePrefix: text.exactOptional(),
  cloudfrontEndpoint: url.exactOptional(),
  header: list,
  headerFile: text.exactOptional(),
  root: text.exactOptional(),
  tokenParams: list,
  keyParams: list,
  sessionPattern: list,
  allowHost: z.array(written(parseAllowedHost)).default([]),
  sourceEndpoint: url.exactOptional(),
  sourceRegion: text.exactOptional(),
  sourceProfile: text.exactOptional(),
  sourceTimeout: written(parseDuration).prefault(optionSpecs.sourceTimeout.default),
  patience: written(parseDurationOrZero).prefault(optionSpecs.patience.default),
  endpoint: url.exactOptional(),
  region: text.exactOptional(),
  profile: text.exactOptional(),
  ca: text.exactOptional(),
  httpProxy: written(parseProxy).exactOptional(),
  httpsProxy: written(parseProxy).exactOptional(),
  proxyBypass: list,
  concurrency: integer(optionSpecs.concurrency).exactOptional(),
  threads: integer(optionSpecs.threads).exactOptional(),
  bwlimit: written(parseTimetable).exactOptional(),
  sourceTpslimit: written(parseRequestRate).exactOptional(),
  destinationTpslimit: written(parseRequestRate).exactOptional(),
  executor: z.enum(optionSpecs.executor.choices).default(optionSpecs.executor.default),
  function: text.exactOptional(),
  qualifier: text.exactOptional(),
  lambdaEndpoint: url.exactOptional(),
  headerParameter: text.exactOptional(),
  maxConnections: integer(optionSpecs.maxConnections).exactOptional(),
  prices: text.exactOptional(),
  sampleFiles: integer(optionSpecs.sampleFiles).default(optionSpecs.sampleFiles.default),
  sampleVideos: integer(optionSpecs.sampleVideos).exactOptional(),
  cost: z.boolean().default(optionSpecs.cost.default),
  lambda: integer(optionSpecs.lambda).default(optionSpecs.lambda.default),
  budget: z.array(text).transform(orRefused(parseBudget)).prefault([]),
  egressPrice: written(parseDollars).exactOptional(),
  json: z.boolean().default(optionSpecs.json.default),
  report: text.exactOptional(),
  progress: z.boolean().default(optionSpecs.progress.default),
  verbose: z.boolean().default(optionSpecs.verbose.default),
  all: z.boolean().default(optionSpecs.all.default),
  logLevel: z.enum(optionSpecs.logLevel.choices).default(optionSpecs.logLevel.default),
  logFormat: z.enum(optionSpecs.logFormat.choices).exactOptional(),
  format: z.enum(optionSpecs.format.choices).default(optionSpecs.format.default),
  html: text.exactOptional(),
  csv: text.exactOptional(),
  output: text.exactOptional(),
  out: text.exactOptional(),
  failedBy: text.exactOptional(),
  reason: text.exactOptional(),
  checksums: z.boolean().default(optionSpecs.checksums.default),
  peek: z.boolean().default(optionSpecs.peek.default),

  catalogueUrl: url.exactOptional(),
  catalogueHeaderFile: text.exactOptional(),
  catalogueRows: text.exactOptional(),
  catalogueNext: text.exactOptional(),
  catalogueCursor: text.exactOptional(),
  cataloguePage: text.exactOptional(),
  catalogueOffset: text.exactOptional(),
  catalogueFields: z.array(text).transform(orRefused(parseMongoFields)).prefault([]),
  catalogue: list,
  catalogueSince: written(parseSinceQuery).exactOptional(),
  catalogueSinceEvery: written(parseDuration).prefault(optionSpecs.catalogueSinceEvery.default),
  scanEvery: written(parseDuration).prefault(optionSpecs.scanEvery.default),
  deltaEvery: written((value) => (value === 'never' ? value : parseDuration(value))).prefault(
    optionSpecs.deltaEvery.default,
  ),
  freshWindow: written(parseDuration).prefault(optionSpecs.freshWindow.default),
  rule: list,
  mongoDatabase: text.exactOptional(),
  mongoCollection: text.default(optionSpecs.mongoCollection.default),
  mongoFilter: written(parseMongoFilter).exactOptional(),
  mongoFields: z.array(text).transform(orRefused(parseMongoFields)).prefault([]),
  mongoProjection: list,
  mongoBatchSize: integer(optionSpecs.mongoBatchSize).default(optionSpecs.mongoBatchSize.default),
  writeBack: written(parseFieldPath).exactOptional(),
  watch: z.boolean().default(optionSpecs.watch.default),

  redis: text.refine(isRedisUrl).exactOptional(),
  redisPrefix: text.regex(/^[\w.-]{1,64}$/).default(optionSpecs.redisPrefix.default),
  redisCa: text.exactOptional(),
  journal: text.exactOptional(),
  crawlers: integer(optionSpecs.crawlers).default(optionSpecs.crawlers.default),
  transfers: integer(optionSpecs.transfers).exactOptional(),
  withTransfer: z.boolean().default(optionSpecs.withTransfer.default),
  maxBatches: integer(optionSpecs.maxBatches).exactOptional(),
  maxBytesInFlight: written(parseSize).exactOptional(),
  maxVideos: integer(optionSpecs.maxVideos).default(optionSpecs.maxVideos.default),
  lease: written(parseDuration).prefault(optionSpecs.lease.default),
  retryInvalidEvery: written(parseDuration).prefault(optionSpecs.retryInvalidEvery.default),
  liveEvery: written(parseDuration).prefault(optionSpecs.liveEvery.default),
  reconcileEvery: written(parseDuration).prefault(optionSpecs.reconcileEvery.default),
  recoverEvery: written(parseDuration).prefault(optionSpecs.recoverEvery.default),
  grace: written(parseDurationOrZero).prefault(optionSpecs.grace.default),
  listen: written(parseAddress).exactOptional(),
  dashboard: written(parseAddress).exactOptional(),
  titles: z.boolean().default(optionSpecs.titles.default),
  dashboardLinger: written(parseDurationOrZero).prefault(optionSpecs.dashboardLinger.default),
  token: text.regex(tokenPattern).exactOptional(),
  tokenFile: text.exactOptional(),
  requireTokenToRead: z.boolean().default(optionSpecs.requireTokenToRead.default),
  webhook: url.exactOptional(),
  webhookSecret: text.regex(tokenPattern).exactOptional(),
  webhookSecretFile: text.exactOptional(),
  heartbeat: url.exactOptional(),
  heartbeatEvery: written(parseDuration).prefault(optionSpecs.heartbeatEvery.default),
  freshLate: written(parseDuration).prefault(optionSpecs.freshLate.default),
  stalled: written(parseDuration).prefault(optionSpecs.stalled.default),
  failureShare: written(parsePercent).prefault(optionSpecs.failureShare.default),
  publicUrl: url.exactOptional(),

  id: text.exactOptional(),
  title: text.exactOptional(),
  fresh: z.boolean().exactOptional(),
  inState: z.array(z.enum(videoStates)).default([]),

  yes: z.boolean().default(optionSpecs.yes.default),
  force: z.boolean().default(optionSpecs.force.default),

  state: text.exactOptional(),
  config: text.exactOptional(),
} as const satisfies Record<OptionName, z.ZodType>;

type Schemas = typeof optionSchemas;
type VerbOptions<V extends VerbName> = Pick<Schemas, (typeof verbs)[V]['options'][number]>;

/** The strict schema of one verb's options. `parse({...file, ...environment, ...flags})` is the whole merge. */
export function schemaOf<V extends VerbName>(verb: V): z.ZodObject<VerbOptions<V>, z.core.$strict> {
  const names: readonly OptionName[] = verbs[verb].options;
  return z.strictObject(Object.fromEntries(names.map((name) => [name, optionSchemas[name]])) as VerbOptions<V>);
}

/** The schema of one option. */
export function schemaOfOption(name: OptionName): z.ZodType {
  return optionSchemas[name];
}

/** The parsed options of a verb, before files that they name are read. */
export type ParsedOptions<V extends VerbName> = z.output<ReturnType<typeof schemaOf<V>>>;

/** JSON Schema (2020-12) of the config file: any option of any verb. */
export function configFileSchema(): Record<string, unknown> {
  const described = Object.entries(optionSchemas)
    .filter(([name]) => isFileOption(name))
    .map(([name, schema]) => {
      const spec = specOf(name as OptionName);
      return [name, schema.describe(descriptionOf(spec))] as const;
    });
  const place = {
    sources: z
      .union([z.string(), z.array(z.string())])
      .exactOptional()
      .describe('playlists and catalogues, where the command line names neither source nor destination'),
    destination: z
      .string()
      .exactOptional()
      .describe('s3://bucket/prefix or a folder, where the command line names none'),
  };
  const schema = z.strictObject({ $schema: z.string().exactOptional(), ...place, ...Object.fromEntries(described) });
  return z.toJSONSchema(schema, { io: 'input' });
}

/** The option's text, completed by what JSON Schema types cannot express. */
function descriptionOf(spec: OptionSpec): string {
  if (spec.kind === 'switch' && spec.default) return `false: ${spec.text}`;
  return spec.kind === 'rate' || spec.kind === 'duration' ? `${spec.text} (${expectationOf(spec)})` : spec.text;
}

/** A config file cannot name another one. */
export function isFileOption(name: string): name is Exclude<OptionName, 'config'> {
  return name !== 'config' && Object.hasOwn(optionSpecs, name);
}
