import { describe, expect, test } from 'vitest';
import { FlantsError } from '../../src/domain/failure.ts';
import { interrupted, OneVideo, playlistUrl, video } from './one-video.ts';
import type { Ports, Stage } from './one-video.ts';

/** What one process does, from beginning to end. */
type Act = (library: OneVideo, ports: Ports) => Promise<unknown>;

const verbs = {
  submit: (library, ports) => library.control(ports).submit({ id: video, playlistUrl }),
  retry: (library, ports) => library.control(ports).retry(),
  accept: (library, ports) => library.control(ports).accept({ video, file: 'seg2.ts', reason: 'lost' }),
  pause: (library, ports) => library.control(ports).pause(video),
  resume: (library, ports) => library.control(ports).resume(video),
  cancel: (library, ports) => library.control(ports).cancel(video),
  prioritise: (library, ports) => library.control(ports).prioritise(video, true),
  purge: (library, ports) => library.control(ports).purge(video),
} as const satisfies Record<string, Act>;

const services = {
  'the aggregator concludes it': (library, ports) => library.conclude(ports),
  'reconciliation passes it': (library, ports) => library.reconcile(ports),
  'admission passes it': (library, ports) => library.admit(ports),
  'its source is looked at': (library, ports) => library.delta(ports),
  'the ledger is lost': (library) => library.wipe(),
  'all its work is done': (library, ports) => library.work(ports),
} as const satisfies Record<string, Act>;

const begun = async (library: OneVideo, ...stages: readonly Stage[]): Promise<void> => {
  await library.list();
  await library.admit(library.ports);
  await library.work(library.ports, stages);
};

/** Without one file, which the source gets back afterwards. */
const lacking = async (library: OneVideo, accepts: boolean, ...stages: readonly Stage[]): Promise<void> => {
  library.take('seg2.ts');
  await begun(library, 'crawls', 'batches', 'conclusions');
  if (accepts) await verbs.accept(library, library.ports);
  await library.work(library.ports, stages);
  library.put('seg2.ts', 'media of a/seg2.ts');
};

const starts: Readonly<Record<string, (library: OneVideo) => Promise<unknown>>> = {
  published: (library) => begun(library, 'crawls', 'batches', 'publications'),
  'let go of': (library) => begun(library, 'crawls', 'batches', 'publications', 'conclusions'),
  incomplete: (library) => lacking(library, false),
  'published without a file': (library) => lacking(library, true, 'publications'),
  invalid: async (library) => {
    const { bytes } = library.source.objects.get(playlistUrl) as { readonly bytes: string };
    library.put('index.m3u8', 'no playlist');
    await begun(library, 'crawls', 'conclusions');
    library.put('index.m3u8', bytes);
  },
  cancelled: async (library) => {
    await begun(library, 'crawls', 'batches', 'publications', 'conclusions');
    await verbs.cancel(library, library.ports);
  },
  paused: async (library) => {
    await begun(library, 'crawls');
    await verbs.pause(library, library.ports);
  },
};

/** A refusal is an answer too. */
async function answered(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!(error instanceof FlantsError) || error.code === 'internal') throw error;
  });
}

/** How a video stands in the end. */
async function endOf(start: string, act: (library: OneVideo) => Promise<boolean>): Promise<string | undefined> {
  const library = new OneVideo();
  await starts[start]?.(library);
  if (!(await act(library))) return undefined;
  await library.settle();
  return library.summary();
}

const sourceChanges: Act = async (library) => library.change();

/** Does one after the other. */
const inTurn = (start: string, ...acts: readonly Act[]): Promise<string | undefined> =>
  endOf(start, async (library) => {
    for (const act of acts) await answered(act(library, library.ports));
    return true;
  });

/** Does the last of them as a whole within the one before, before each of its calls to journal and ledger. */
async function within(start: string, ...acts: readonly [...Act[], Act, Act]): Promise<ReadonlySet<string>> {
  const [outer, inner] = acts.slice(-2) as [Act, Act];
  const ends = new Set<string>();
  for (let at = 0; ; at++) {
    const end = await endOf(start, async (library) => {
      for (const act of acts.slice(0, -2)) await act(library, library.ports);
      const { ports, calls } = interrupted(library.ports, at, () => answered(inner(library, library.ports)));
      await answered(outer(library, ports));
      return calls() > at;
    });
    if (end === undefined) return ends;
    ends.add(end);
  }
}

/** Work that a hold meets on its way rests where it is. */
const isHeldHalfway = (verb: string, service: string, end: string): boolean =>
  service === 'all its work is done' &&
  ((verb === 'pause' && end.startsWith('paused')) || (verb === 'cancel' && end.startsWith('cancelled')));

describe.each(Object.entries(verbs))('To %s a video ends as if one had come after the other', (verb, act) => {
  test.each(Object.entries(services))('while %s', async (service, other) => {
    for (const start of Object.keys(starts)) {
      const [first, second] = [
        [sourceChanges, act, other],
        [sourceChanges, other, act],
      ] as const;
      const either = [await inTurn(start, ...first), await inTurn(start, ...second)];
      const ends = new Set([...(await within(start, ...first)), ...(await within(start, ...second))]);
      const odd = [...ends].filter((end) => !either.includes(end) && !isHeldHalfway(verb, service, end));
      expect(odd, `${start}; in turn: ${either.join('; ')}`).toEqual([]);
    }
  });
});

test('What a source has by the time it is submitted arrives, whatever of its work is under way', async () => {
  const lookedAtAndDone: Act = async (library, ports) => {
    await library.delta(ports);
    await library.work(ports);
  };
  const changedAndSubmitted: Act = async (library, ports) => {
    library.change();
    await verbs.submit(library, ports);
  };
  for (const start of Object.keys(starts)) {
    const wanted = await inTurn(start, changedAndSubmitted);
    expect([...(await within(start, lookedAtAndDone, changedAndSubmitted))], start).toEqual([wanted]);
  }
});

test('What a source has by the time it is submitted arrives, whatever is decided before it was looked at', async () => {
  const decided: Readonly<Record<string, Act>> = {
    'a retry': verbs.retry,
    'a pause, which ends': async (library, ports) => {
      await verbs.pause(library, ports);
      await library.work(ports);
      await verbs.resume(library, ports);
    },
    priority: verbs.prioritise,
    'another submission': verbs.submit,
  };
  for (const start of Object.keys(starts)) {
    const wanted = await inTurn(start, sourceChanges, verbs.submit);
    for (const [what, act] of Object.entries(decided)) {
      const end = await inTurn(start, sourceChanges, verbs.submit, act);
      expect(end?.replace(' and fresh', ''), `${start}, then ${what}`).toBe(wanted);
    }
  }
});
