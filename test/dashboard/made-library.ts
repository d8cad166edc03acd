import { toRanges } from '../../src/domain/index-ranges.ts';
import type { IndexRanges } from '../../src/domain/index-ranges.ts';
import type { FailureCause } from '../../src/domain/report/library-status.ts';
import type {
  LiveBatch,
  LiveDelta,
  LiveParts,
  LiveSnapshot,
  LiveVideo,
  LiveVideoChange,
  RateSample,
} from '../../src/domain/progress/live-view.ts';
import { failureWith } from '../../src/domain/failure.ts';
import type { VideoState } from '../../src/domain/video.ts';

/** What is made up: nothing is copied. */
export interface MadeLibrarySpec {
  readonly videos: number;
  readonly filesPerVideo: number;
  readonly outcomesPerSecond: number;
  /** Batches under way at one time. */
  readonly batches: number;
  /** One of so many files fails. */
  readonly oneFailsOf: number;
  /** Where it begins: the share of each video that is done already. */
  readonly doneAtFirst: (video: number) => number;
  /** Whether a video that is complete is followed by a new one. */
  readonly endless: boolean;
}

/** A library whose outcomes come from a clock and a seed, in the form in which the service tells of them. */
export interface MadeLibrary {
  /** Goes on for this long. */
  advance(elapsedMs: number): void;
  snapshot(): LiveSnapshot;
  /** What changed since the last call, or since the snapshot. */
  delta(): LiveDelta;
  /** All failed files are open again. */
  retry(): number;
}

interface MadeVideo {
  readonly id: string;
  readonly title: string;
  readonly total: number;
  readonly since: number;
  state: VideoState;
  /** The next file that no batch has had. */
  next: number;
  readonly done: Uint8Array;
  doneCount: number;
  failed: number[];
  again: number[];
  /** Since the last delta. */
  set: number[];
  isChanged: boolean;
  isNew: boolean;
}

interface MadeBatch {
  readonly id: string;
  readonly video: MadeVideo;
  readonly worker: string;
  readonly since: number;
  open: number[];
}

const batchSize = 100;
const subjects = [
  'Algebra',
  'Organic chemistry',
  'History of cinema',
  'Thermodynamics',
  'Constitutional law',
  'Ear training',
];
const missing = failureWith('source.not-found', 'HTTP 404 from cdn.example');

/** Makes one. */
export function makeLibrary(spec: MadeLibrarySpec, startedAt = Date.now()): MadeLibrary {
  const random = seeded(7);
  let at = startedAt;
  let [made, batchNumber, owed, published, copied] = [0, 0, 0, 0, 0];
  const videos = new Map<string, MadeVideo>();
  let batches: MadeBatch[] = [];
  let gone: string[] = [];
  let history: RateSample[] = [];
  let fresh: RateSample[] = [];
  let lastSample = at;
  let sinceSample = 0;

  const addVideo = (): void => {
    const number = made++;
    const total = Math.max(1, spec.filesPerVideo - Math.floor(random() * spec.filesPerVideo * 0.2));
    const doneCount = Math.floor(total * (number < spec.videos ? spec.doneAtFirst(number) : 0));
    const video: MadeVideo = {
      id: `class-${String(number + 1).padStart(4, '0')}`,
      title: `${subjects[number % subjects.length] ?? ''}, class ${number + 1}`,
      total,
      since: at,
      state: 'copying',
      next: doneCount,
      done: new Uint8Array(Math.ceil(total / 8)),
      doneCount,
      failed: [],
      again: [],
      set: [],
      isChanged: true,
      isNew: true,
    };
    for (let index = 0; index < doneCount; index++) setBit(video.done, index);
    videos.set(video.id, video);
  };
  for (let count = 0; count < spec.videos; count++) addVideo();

  const takeBatch = (): MadeBatch | undefined => {
    const open = [...videos.values()].filter((video) => video.next < video.total || video.again.length > 0);
    const video = open[Math.floor(random() * open.length)];
    if (!video) return undefined;
    const files = video.again.splice(0, batchSize);
    while (files.length < batchSize && video.next < video.total) files.push(video.next++);
    video.isChanged = true;
    return { id: `b${batchNumber++}`, video, worker: `ant-${1 + (batchNumber % 8)}`, since: at, open: files };
  };

  const settle = (batch: MadeBatch, index: number): void => {
    const { video } = batch;
    video.isChanged = true;
    if (random() < 1 / spec.oneFailsOf) video.failed.push(index);
    else {
      setBit(video.done, index);
      video.set.push(index);
      video.doneCount += 1;
    }
    copied += 1;
    sinceSample += 1;
    if (video.doneCount === video.total) {
      video.state = 'published';
      published += 1;
    } else if (video.doneCount + video.failed.length === video.total) video.state = 'incomplete';
  };

  const reopen = (video: MadeVideo): number => {
    const reopened = video.failed.length;
    video.again.push(...video.failed);
    video.failed = [];
    if (video.state === 'incomplete') video.state = 'copying';
    video.isChanged = true;
    return reopened;
  };

  const batchOf = ({ id, video, worker, since, open }: MadeBatch): LiveBatch => ({
    id,
    video: video.id,
    worker,
    since,
    files: open.length,
  });
  const inFlightOf = (): Map<MadeVideo, number[]> => {
    const found = new Map<MadeVideo, number[]>();
    for (const { video, open } of batches) found.set(video, [...(found.get(video) ?? []), ...open]);
    return found;
  };
  const causes = (): FailureCause[] => {
    const failing = [...videos.values()].filter(({ failed }) => failed.length > 0);
    const [first] = failing;
    const files = failing.reduce((sum, { failed }) => sum + failed.length, 0);
    if (!first) return [];
    const key = `vod/${first.id}/720p/${String(first.failed[0]).padStart(5, '0')}.ts`;
    return [{ code: missing.code, files, videos: failing.length, example: { video: first.id, key, failure: missing } }];
  };
  const parts = (): LiveParts => {
    const all = [...videos.values()];
    const count = (state: VideoState): number => all.filter((video) => video.state === state).length;
    const sum = (value: (video: MadeVideo) => number): number => all.reduce((total, video) => total + value(video), 0);
    const [total, done] = [sum((video) => video.total), sum((video) => video.doneCount)];
    const none = { publishing: 0, waiting: 0, live: 0, invalid: 0, paused: 0, cancelled: 0 };
    const videosBy = { ...none, published, copying: count('copying'), incomplete: count('incomplete') };
    const files = { total, done, failed: sum(({ failed }) => failed.length), accepted: 0 };
    const remainingMs = ((total - done) / Math.max(1, spec.outcomesPerSecond)) * 1000;
    const rate = history.at(-1)?.[1] ?? spec.outcomesPerSecond;
    return {
      totals: { videos: videosBy, files },
      progress: { filesPerSecond: rate, bytesPerSecond: rate * 262_144, remainingMs, uncrawled: 0 },
      causes: causes(),
      services: ['scanner', 'crawler', 'transfer', 'aggregator'].map((name, index) => ({
        name,
        id: `${name}-${index + 1}`,
        version: '0.1.0',
        since: startedAt,
        at,
      })),
      queues: [
        { name: 'crawl', waiting: 0, active: 0, delayed: 0 },
        { name: 'transfer', waiting: Math.ceil((total - done) / batchSize), active: batches.length, delayed: 0 },
      ],
      batches: batches.slice(0, 200).map(batchOf),
      cost: { usd: copied * 0.0000021, requests: Math.ceil(copied / batchSize), gigabyteSeconds: copied * 0.11 },
      budget: null,
      scanFailed: null,
      ended: null,
      isCounting: false,
      listVersion: made + published,
    };
  };
  const rowOf = (video: MadeVideo): LiveVideo => ({
    id: video.id,
    title: video.title,
    state: video.state,
    since: video.since,
    files: { total: video.total, done: video.doneCount, failed: video.failed.length, accepted: 0 },
  });
  const fieldOf = (video: MadeVideo, inFlight: IndexRanges): NonNullable<LiveVideo['field']> => ({
    done: Buffer.from(video.done).toString('hex'),
    failed: toRanges(video.failed),
    inFlight,
  });

  return {
    advance(elapsedMs) {
      at += elapsedMs;
      owed += (spec.outcomesPerSecond * elapsedMs) / 1000;
      while (batches.length < spec.batches) {
        const batch = takeBatch();
        if (!batch) break;
        batches.push(batch);
      }
      for (; owed >= 1 && batches.length > 0; owed--) {
        const batch = batches[Math.floor(random() * batches.length)];
        const index = batch?.open.shift();
        if (batch && index !== undefined) settle(batch, index);
        if (batch?.open.length === 0) {
          const next = takeBatch();
          batches = batches.flatMap((each) => (each === batch ? (next ? [next] : []) : [each]));
        }
      }
      if (at - lastSample >= 1000) {
        // Without end: what failed is tried again, or there would be nothing but failures in the end.
        if (spec.endless) for (const video of videos.values()) if (video.state === 'incomplete') reopen(video);
        const sample: RateSample = [
          at,
          (sinceSample * 1000) / (at - lastSample),
          (sinceSample * 262_144_000) / (at - lastSample),
        ];
        history = [...history, sample].slice(-3_600);
        fresh.push(sample);
        [lastSample, sinceSample] = [at, 0];
      }
    },
    snapshot() {
      const inFlight = inFlightOf();
      for (const video of videos.values()) [video.set, video.isChanged, video.isNew] = [[], false, false];
      [gone, fresh] = [[], []];
      const rows = [...videos.values()].map((video) => ({
        ...rowOf(video),
        field: fieldOf(video, toRanges(inFlight.get(video) ?? [])),
      }));
      return { format: 1, at, version: '0.1.0', destination: 's3://library/vod', ...parts(), history, videos: rows };
    },
    delta() {
      const inFlight = inFlightOf();
      const rows: LiveVideoChange[] = [];
      for (const video of [...videos.values()].filter(({ isChanged }) => isChanged)) {
        const flying = toRanges(inFlight.get(video) ?? []);
        const patch = { set: toRanges(video.set), failed: toRanges(video.failed), inFlight: flying };
        rows.push({ ...rowOf(video), ...(video.isNew ? { field: fieldOf(video, flying) } : { patch }) });
        [video.set, video.isChanged, video.isNew] = [[], false, false];
        if (video.state !== 'published') continue;
        // Said once more as complete, and in the next delta it is gone.
        gone.push(video.id);
        videos.delete(video.id);
        if (spec.endless) addVideo();
      }
      const left = gone.filter((id) => !rows.some((row) => row.id === id));
      gone = gone.filter((id) => rows.some((row) => row.id === id));
      const samples = fresh;
      fresh = [];
      return { at, ...parts(), videos: rows, gone: left, ...(samples.length > 0 ? { history: samples } : {}) };
    },
    retry: () => [...videos.values()].reduce((sum, video) => sum + reopen(video), 0),
  };
}

function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
}

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
