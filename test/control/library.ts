import { expect } from 'vitest';
import { createControl } from '../../src/control/control.ts';
import type { ControlPorts } from '../../src/control/control-ports.ts';
import type { Control } from '../../src/control/control.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { digestOf } from '../../src/domain/revision.ts';
import type { Revision } from '../../src/domain/revision.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import type { Lease } from '../../src/ledger/ledger.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';

/** A library of which nothing runs: what control asks of the rest of the engine is written down. */
export interface Library {
  readonly journal: MemoryJournal;
  readonly ledger: MemoryLedger;
  readonly control: Control;
  /** Calls of `takeNextStep` and `crawl`. */
  readonly asked: string[];
  /** Another control over the same, with ports replaced. */
  with(ports: Partial<ControlPorts> & { readonly withdrawn?: readonly string[] }): Control;
}

/** With which the files of `planned` failed. */
export const failure = failureWith('source.not-found', 'no such file at the source', { status: 404 });

/** Opens an empty one. */
export function openLibrary(): Library {
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();
  const asked: string[] = [];
  let [generation, clock] = [0, Date.parse('2026-11-01T00:00:00Z')];
  const controlOver: Library['with'] = ({ withdrawn, ...ports }) =>
    createControl({
      journal,
      ledger,
      newGeneration: () => `g${++generation}`,
      now: () => ++clock,
      destination: 's3://bucket/vod',
      tokenRules: async () => ({ tokenParameters: ['token'] }),
      idOf: (url) => (url.pathname === '/' ? undefined : url.pathname.slice(1)),
      isFresh: ({ recordedAt }) => recordedAt !== undefined,
      ...(withdrawn ? { isWithdrawn: async (video: string) => withdrawn.includes(video) } : {}),
      takeNextStep: async (video) => void asked.push(`move on ${video}`),
      crawl: async (video) => asked.push(`crawl ${video}`) > 0,
      ...ports,
    });
  return { journal, ledger, asked, control: controlOver({}), with: controlOver };
}

/** Of the playlist of a video. */
export const url = (id: string): string => `https://cdn.example/${id}`;

/** A video as a catalogue names it. */
export async function listed({ journal }: Library, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const submission = { id, playlistUrl: url(id), title: `Class ${id}` };
    await journal.decide({ type: 'submitted', video: id, at: '2026-10-01T00:00:00.000Z', submission });
  }
}

/** How far the files of a video have come. */
export interface Plan {
  readonly total: number;
  readonly done?: readonly number[];
  readonly failed?: readonly number[];
}

/** A video with a sealed plan in the ledger, of which some files came to their end. */
export async function planned(library: Library, id: string, { total, done = [], failed = [] }: Plan): Promise<string> {
  const { journal, ledger } = library;
  await listed(library, id);
  const files = Array.from({ length: total }, (_, index) => {
    const key = `${id}/seg${index}.ts`;
    return { key, url: `https://cdn.example/${key}`, role: 'segment' } as const;
  });
  const body = new TextEncoder().encode(id);
  const documents = [{ key: `${id}/index.m3u8`, url: url(id), role: 'media-playlist', body }] as const;
  const plan = { files, documents, playlists: [] };
  const revision: Revision = {
    video: id,
    digest: digestOf(plan),
    total,
    ...plan,
    external: [],
    warnings: [],
    hasTokens: false,
  };
  await journal.seal(revision);
  const { digest } = revision;
  await ledger.apply(id, { type: 'open', generation: `${id}-0` });
  const generation = `${id}-1`;
  await ledger.apply(id, { type: 'register', seen: `${id}-0`, generation, revision: digest, total, done: [] });
  await journal.recordOutcomes(
    id,
    failed.map((index) => ({
      index,
      kind: 'failed',
      failure: { key: `${id}/seg${index}.ts`, url: url(id), failure, generation, tries: 3, worker: 'w', at: '' },
    })),
  );
  await ledger.apply(id, { type: 'record', generation, revision: digest, done, failed });
  return generation;
}

/** A video that is published, and that the ledger has let go of. */
export async function retired(
  library: Library,
  id: string,
  total: number,
  accepted: readonly [number, number][] = [],
): Promise<void> {
  const generation = await planned(library, id, { total });
  const revision = (await library.ledger.read(id))?.revision ?? '';
  const documents = [{ key: `${id}/index.m3u8`, etag: '"e"', crc32: '00000000', sizeBytes: 9 }];
  const at = '2026-10-02T00:00:00.000Z';
  await library.journal.recordPublication({ video: id, revision, at, total, accepted, sizeBytes: 4_711, documents });
  expect(await library.ledger.retire(id, generation)).toBe(true);
}

/** A claim of somebody on two files. */
export const lease = (generation: string): Lease => ({
  id: 'l',
  generation,
  kind: 'batch',
  files: [[0, 2]],
  ttlMs: 60_000,
});

/** Whatever comes, as a list. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Matches an error by its code. */
export const code = (of: string): unknown => expect.objectContaining({ code: of });
