import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector/promises';

/** A share of CPU time, by the code that it goes to: the innermost function of ours on the stack. */
export interface Share {
  readonly name: string;
  /** Whether a function belongs here. The first share that takes it has it. */
  readonly takes: (at: { readonly path: string; readonly functionName: string }) => boolean;
}

const sampleEveryUs = 200;
const collector = '(garbage collector)';
const notOurs = 'the rest';

/** Runs something under V8's profiler and tells which part of the CPU time went where, from 0 to 1. */
export async function sharesOf(
  shares: readonly Share[],
  run: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: sampleEveryUs });
    await session.post('Profiler.start');
    await run();
    return addUp((await session.post('Profiler.stop')).profile, shares);
  } finally {
    session.disconnect();
  }
}

function addUp({ nodes, samples = [] }: Profiler.Profile, shares: readonly Share[]): ReadonlyMap<string, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const placed = new Map<number, string | undefined>();
  const placeOf = (id: number): string | undefined => {
    if (placed.has(id)) return placed.get(id);
    const frame = frames.get(id);
    const place = frame?.functionName === '(idle)' ? undefined : (shareAt(frame, shares) ?? outer(id));
    placed.set(id, place);
    return place;
  };
  const outer = (id: number): string | undefined => {
    const parent = parents.get(id);
    return parent === undefined ? notOurs : placeOf(parent);
  };
  const counts = new Map([...shares.map(({ name }) => name), collector, notOurs].map((name) => [name, 0]));
  let total = 0;
  for (const id of samples) {
    const place = placeOf(id);
    if (place === undefined) continue;
    counts.set(place, (counts.get(place) ?? 0) + 1);
    total += 1;
  }
  return new Map([...counts].map(([name, count]) => [name, count / total]));
}

function shareAt(
  frame: Profiler.Profile['nodes'][number]['callFrame'] | undefined,
  shares: readonly Share[],
): string | undefined {
  if (!frame) return undefined;
  const { url: path, functionName } = frame;
  if (functionName === collector) return collector;
  return shares.find(({ takes }) => takes({ path, functionName }))?.name;
}
