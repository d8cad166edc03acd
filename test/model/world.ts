import { digestOf } from '../../src/domain/revision.ts';
import type { Evidence } from '../../src/domain/outcome.ts';
import type { PlannedFile } from '../../src/domain/revision.ts';
import type { Hold, RevisionDigest, VideoId } from '../../src/domain/video.ts';
import type { Random } from './random.ts';

/** What is wrong with a file at the source for as long as this version of it lasts. */
export type Flaw = 'missing' | 'broken' | 'poison';

/** A file as the source has it. Its body is also its validator: another version is another body. */
export interface SourceFile {
  readonly key: string;
  readonly body: string;
  readonly optional: boolean;
  readonly flaw?: Flaw;
}

/** A video as the source has it at the moment. */
export interface SourceVideo {
  readonly version: number;
  readonly files: readonly SourceFile[];
  /** Its playlist cannot be read. */
  readonly malformed: boolean;
  /** Its recording is not over. */
  readonly isLive: boolean;
}

/** A sealed revision. */
export interface Sealed {
  readonly video: VideoId;
  readonly digest: RevisionDigest;
  readonly version: number;
  readonly files: readonly PlannedFile[];
}

/** Everything outside the engine that lasts: source, destination, journal. */
export interface World {
  readonly source: Map<VideoId, SourceVideo>;
  readonly objects: Map<string, { readonly body: string; readonly etag: string }>;
  readonly playlists: Map<VideoId, { readonly digest: RevisionDigest; readonly etag: string }>;
  readonly journal: {
    readonly sealed: Map<RevisionDigest, Sealed>;
    readonly evidence: Map<string, Evidence>;
    /** Under which revision a key was last proven: evidence of another one must be checked at the source. */
    readonly provenUnder: Map<string, RevisionDigest>;
    readonly holds: Map<VideoId, Hold>;
    readonly accepted: Set<string>;
  };
  /** Requests to the source for files, all in all. */
  fetches: number;
  /** Generations, ETags and job ids are drawn from it. */
  serial: number;
}

/** A library of one to three videos of up to seven files, some of them flawed. */
export function makeWorld(random: Random): World {
  const world: World = {
    source: new Map(),
    objects: new Map(),
    playlists: new Map(),
    journal: { sealed: new Map(), evidence: new Map(), provenUnder: new Map(), holds: new Map(), accepted: new Set() },
    fetches: 0,
    serial: 0,
  };
  for (let video = 0; video <= random.below(3); video++) {
    const keys = Array.from({ length: random.below(8) }, (_, index) => `v${video}/${index}.ts`);
    const files = keys.map((key): SourceFile => newVersion({ key, body: '', optional: random.chance(0.1) }, 1, random));
    world.source.set(`v${video}`, { version: 1, files, malformed: random.chance(0.05), isLive: random.chance(0.1) });
  }
  return world;
}

/** A token that was never used before. */
export function unique(world: World, kind: string): string {
  return `${kind}${++world.serial}`;
}

/** The playlist changes: files are replaced, dropped, added or come in another order. */
export function changeSource(world: World, video: VideoId, random: Random): void {
  const before = world.source.get(video);
  if (!before) return;
  const version = before.version + 1;
  const files = before.files
    .filter(() => random.chance(0.85))
    .map((file) => (random.chance(0.3) ? newVersion(file, version, random) : file));
  if (random.chance(0.5))
    files.push(newVersion({ key: `${video}/${version}-new.ts`, body: '', optional: false }, version, random));
  if (random.chance(0.3)) files.reverse();
  world.source.set(video, { version, files, malformed: random.chance(0.1), isLive: random.chance(0.1) });
}

/** What a crawl of the present source makes. */
export function planOf(video: VideoId, { files, version }: SourceVideo): Sealed {
  const planned = files.map(({ key, optional }): PlannedFile => ({
    key, url: `https://cdn.example/${key}`, role: 'segment', ...(optional ? { optional } : {}),
  })); // prettier-ignore
  const body = new TextEncoder().encode(`${video} ${version}`);
  const playlist = {
    key: `${video}.m3u8`,
    url: `https://cdn.example/${video}.m3u8`,
    role: 'media-playlist',
    body,
  } as const;
  return { video, version, files: planned, digest: digestOf({ files: planned, documents: [playlist], playlists: [] }) };
}

/** The evidence that the object standing under the key is one that we wrote. */
export function ownEvidence(world: World, key: string): Evidence | undefined {
  const evidence = world.journal.evidence.get(key);
  return evidence?.etag !== undefined && evidence.etag === world.objects.get(key)?.etag ? evidence : undefined;
}

function newVersion({ key, optional }: SourceFile, version: number, random: Random): SourceFile {
  const flaw = random.chance(0.1) ? random.pick<Flaw>(['missing', 'broken', 'poison']) : undefined;
  return { key, optional, body: `${key}@${version}`, ...(flaw ? { flaw } : {}) };
}
