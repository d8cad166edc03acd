import { formatCount } from '../report/amount-text.ts';
import { MiB, second } from '../units.ts';

/** What a copy moves, as far as it takes time. */
export interface TimedLoad {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly puts: number;
  readonly batches: number;
}

/** Something that a transfer cannot be faster than. */
export interface Bound {
  readonly what: 'copying' | 'latency' | 'functions' | 'ramp' | 'put-rate' | 'connections' | 'bandwidth';
  readonly seconds: number;
  /** Where the figure comes from, for people. */
  readonly because: string;
}

/** How long a transfer takes: as long as its slowest bound. */
export interface Duration {
  readonly seconds: number;
  readonly binds: Bound['what'];
  /** The slowest first. */
  readonly bounds: readonly Bound[];
}

/** How long a transfer takes here, and by functions. */
export interface HourReport {
  readonly machine: Duration;
  /** Absent where functions cannot write to the destination. */
  readonly lambda?: Duration & { readonly functions: number };
}

/** What earlier runs of this state have done on this machine. */
export interface MeasuredRuns {
  readonly files: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** This machine, and what it may ask for. */
export interface MachineTerms {
  readonly cores: number;
  readonly connections: number;
  /** Absent: nothing was measured yet. */
  readonly runs?: MeasuredRuns;
  /** Median of what the source took to answer. Absent: nobody asked it. */
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  readonly isS3: boolean;
}

/** Functions, and what they may ask for. */
export interface FunctionTerms {
  readonly functions: number;
  readonly secondsPerBatch: number;
  /** Where that figure comes from. */
  readonly because: string;
  readonly maxConnections?: number;
  readonly bytesPerSecond?: number;
}

/** What a file took of a core: a part for each file, and one for its bytes. */
const benchmark = {
  msPerFile: 0.44,
  msPerMiB: 2.2,
  name: 'npm run bench, 2 cores, loopback, 2026-11-27',
} as const;
/** Runs of fewer files tell more about starting than about copying. */
const leastMeasured = 100;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html */
const putsPerSecond = 3_500;
/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html: 1,000 more every 10 s. */
const ramp = { first: 1_000, perSecond: 100 } as const;
/** Files in flight in a function, of the 100 of a batch. */
const inFlightShare = 32 / 100;

/** How long this machine takes, at the least. */
export function timeOfMachine(load: TimedLoad, terms: MachineTerms): Duration {
  const { connections, latencyMs, bytesPerSecond, isS3 } = terms;
  return durationOf([
    copyingBound(load, terms),
    ...(latencyMs === undefined
      ? []
      : [
          {
            what: 'latency' as const,
            seconds: (load.objects * latencyMs) / second / connections,
            because: `the source took ${latencyMs.toFixed(0)} ms to answer, with up to ${connections} files in flight`,
          },
        ]),
    ...(bytesPerSecond === undefined ? [] : [bandwidthBound(load, bytesPerSecond)]),
    ...(isS3 ? [putRateBound(load)] : []),
  ]);
}

/** How long functions take, at the least. */
export function timeOfFunctions(load: TimedLoad, terms: FunctionTerms): Duration & { readonly functions: number } {
  const { functions, secondsPerBatch, because, maxConnections, bytesPerSecond } = terms;
  const work = load.batches * secondsPerBatch;
  const isRamped = functions > ramp.first;
  const bounds: Bound[] = [
    { what: 'functions', seconds: work / functions, because: `${functions} at a time, ${because}` },
    ...(isRamped
      ? [
          {
            what: 'ramp' as const,
            seconds: rampedSeconds(work, functions),
            because: 'AWS lets a function grow by 1,000 in 10 s',
          },
        ]
      : []),
    putRateBound(load),
    ...(maxConnections === undefined
      ? []
      : [
          {
            what: 'connections' as const,
            seconds: (load.objects * secondsPerBatch * inFlightShare) / maxConnections,
            because: `--max-connections ${maxConnections}, each file ${(secondsPerBatch * inFlightShare).toFixed(2)} s`,
          },
        ]),
    ...(bytesPerSecond === undefined ? [] : [bandwidthBound(load, bytesPerSecond)]),
  ];
  return { ...durationOf(bounds), functions };
}

function copyingBound({ objects, sizeBytes }: TimedLoad, { cores, runs }: MachineTerms): Bound {
  const model = (files: number, bytes: number): number =>
    files * benchmark.msPerFile + (bytes / MiB) * benchmark.msPerMiB;
  const modelMs = model(objects, sizeBytes);
  if (!runs || runs.files < leastMeasured) {
    return {
      what: 'copying',
      seconds: modelMs / second / cores,
      because: `by the benchmark (${benchmark.name}), on ${cores} ${cores === 1 ? 'core' : 'cores'}; nothing was measured here yet`,
    };
  }
  // What was measured, carried over to files of another size.
  const seconds = (runs.durationMs / second) * (modelMs / model(runs.files, runs.sizeBytes));
  return { what: 'copying', seconds, because: `as ${runs.files} files went in earlier runs of this state` };
}

function putRateBound({ puts }: TimedLoad): Bound {
  return {
    what: 'put-rate',
    seconds: puts / putsPerSecond,
    because: `S3 takes ${formatCount(putsPerSecond)} PUTs a second for a prefix, until it has split it`,
  };
}

function bandwidthBound({ sizeBytes }: TimedLoad, bytesPerSecond: number): Bound {
  return { what: 'bandwidth', seconds: sizeBytes / bytesPerSecond, because: '--bwlimit' };
}

/** Until so many function-seconds are done, where there are more functions from second to second. */
function rampedSeconds(work: number, functions: number): number {
  const { first, perSecond } = ramp;
  const growing = (functions - first) / perSecond;
  const done = first * growing + (perSecond / 2) * growing ** 2;
  if (work >= done) return growing + (work - done) / functions;
  return (Math.sqrt(first ** 2 + 2 * perSecond * work) - first) / perSecond;
}

function durationOf(given: readonly Bound[]): Duration {
  const bounds = given.toSorted((a, b) => b.seconds - a.seconds);
  const [slowest] = bounds;
  return { seconds: slowest?.seconds ?? 0, binds: slowest?.what ?? 'copying', bounds };
}
