import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { idleGauges } from '../../test/control/idle-gauges.ts';
import { createChangingLibrary } from '../../test/integration/changing-library.ts';
import type { ChangingLibrary } from '../../test/integration/changing-library.ts';
import { createLiveClient, shownOf, shownTo } from '../../test/integration/live-client.ts';
import type { LiveClient } from '../../test/integration/live-client.ts';
import { liveDeltaSchema, liveSnapshotSchema } from '../api/live-contract.ts';
import type { Totals } from '../domain/report/copy.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import { stateOf } from '../domain/video.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { createLocalChangeFeed } from '../ledger/change-feed.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { observeLedger } from '../ledger/observe-ledger.ts';
import { createMonitor } from './monitor.ts';
import type { Monitor, Viewer } from './monitor.ts';
import type { ActiveBatch, MonitorPorts } from './monitor-ports.ts';

interface Watched {
  readonly ledger: Ledger;
  readonly journal: MemoryJournal;
  readonly library: ChangingLibrary;
  readonly monitor: Monitor;
  /** Readings of the whole ledger, and how often reading has ended. */
  readonly reads: { videos: number; pauses: number };
  readonly batches: ActiveBatch[];
  readonly clock: { now: number };
  readonly troubles: unknown[];
}

const monitors: Monitor[] = [];
afterEach(async () => {
  await Promise.all(monitors.splice(0).map((monitor) => monitor.close()));
});
const { signal } = new AbortController();

async function start(size: { readonly videos: number; readonly files: number }, ports: Partial<MonitorPorts> = {}) {
  const journal = new MemoryJournal();
  const changes = createLocalChangeFeed();
  const ledger = observeLedger(new MemoryLedger(), (video) => changes.note(video));
  const library = await createChangingLibrary({ journal, ledger }, size);
  const reads = { videos: 0, pauses: 0 };
  const batches: ActiveBatch[] = [];
  const troubles: unknown[] = [];
  const clock = { now: 1_000_000 };
  let epochs = 0;
  const monitor = createMonitor(
    {
      ledger: {
        read: (id) => ledger.read(id),
        tally: (id) => ledger.tally(id),
        videos() {
          reads.videos += 1;
          return ledger.videos();
        },
      },
      journal,
      changes: {
        take: () => changes.take(),
        pause() {
          reads.pauses += 1;
          changes.pause();
        },
      },
      gauges: async () => ({ ...idleGauges, batches }),
      history: () => [],
      tokenRules: async () => ({ tokenParameters: ['token'] }),
      version: '1.2.3',
      destination: 's3://bucket/vod',
      now: () => (clock.now += 100),
      newEpoch: () => `e${++epochs}`,
      onTrouble: (error) => troubles.push(error),
      ...ports,
    },
    { tickMs: 1, lingerMs: 0 },
  );
  monitors.push(monitor);
  return { ledger, journal, library, monitor, reads, batches, clock, troubles } satisfies Watched;
}

function viewerOf(monitor: Monitor): Viewer {
  return monitor.watch() ?? expect.unreachable('no room');
}

/** Takes events until the client knows what the ledger holds. */
async function catchUp(client: LiveClient, viewer: Viewer, { ledger, library }: Watched): Promise<void> {
  for (;;) {
    client.take(await viewer.next(client.seen, { signal }));
    const isSame = await Promise.all(
      library.ids.map(async (id) => {
        const shown = shownTo(client, id);
        return shown === undefined || JSON.stringify(shown) === JSON.stringify(await shownOf(ledger, id));
      }),
    );
    const totals = await totalsOf(ledger);
    if (isSame.every(Boolean) && JSON.stringify(client.state?.totals) === JSON.stringify(totals)) return;
  }
}

async function totalsOf(ledger: Ledger): Promise<Totals> {
  const totals = emptyTotals();
  for await (const { record } of ledger.videos()) addToTotals(totals, { state: stateOf(record), files: record });
  return totals;
}

describe('a monitor', () => {
  it('tells fast, slow and resuming viewers what the ledger holds, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), async (numbers) => {
        const watched = await start({ videos: 4, files: 45 });
        const { library, monitor, journal } = watched;
        const random = (): number => Number(numbers.next().value);
        const clients = [0.9, 0.3, 0.05].map((eagerness) => ({
          eagerness,
          client: createLiveClient(),
          viewer: viewerOf(monitor),
        }));
        for (let step = 0; step < 60; step++) {
          await library.change(random);
          if (random() < 0.3) await turn();
          for (const each of clients) {
            if (random() > each.eagerness) continue;
            // A connection that broke goes on where it was.
            if (random() < 0.2) {
              each.viewer.leave();
              each.viewer = viewerOf(monitor);
            }
            const stop = new AbortController();
            const next = each.viewer.next(each.client.seen, { signal: stop.signal });
            const event = await Promise.race([next, turn(undefined)]);
            if (event) each.client.take(event);
            else stop.abort();
            await next.then(
              (late) => event ?? each.client.take(late),
              () => undefined,
            );
          }
        }
        // A last change, that there is something to catch up with.
        await watched.ledger.apply('last', { type: 'open', generation: 'z' });
        await journal.decide({
          type: 'submitted',
          video: 'last',
          at: '2026-11-01T00:00:00.000Z',
          submission: { id: 'last', playlistUrl: 'https://cdn.example/last.m3u8' },
        });
        for (const { client, viewer } of clients) await catchUp(client, viewer, watched);
        expect(clients.every(({ client }) => client.counts.snapshot === 1)).toBe(true);
        expect(watched.reads.videos).toBe(1);
        expect(watched.troubles).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('speaks as the contract has it, and without tokens', async () => {
    const watched = await start({ videos: 2, files: 10 });
    watched.batches.push({ id: 'x', video: 'video-0001', files: [[2, 5]], since: 1 });
    const [client, viewer] = [createLiveClient(), viewerOf(watched.monitor)];
    const first = await viewer.next(undefined, { signal });
    const snapshot = liveSnapshotSchema.parse(JSON.parse(first.data));
    expect(first).toMatchObject({ name: 'snapshot', id: 'e1-0' });
    expect(snapshot.videos.map(({ field }) => field)).toEqual([{ done: '0000' }, { done: '0000', inFlight: [[2, 5]] }]);
    expect(snapshot.batches).toEqual([{ id: 'x', video: 'video-0001', files: 3, since: 1 }]);
    client.take(first);
    const { generation, revision } = watched.library;
    await watched.ledger.apply('video-0001', { type: 'record', generation, revision, done: [2, 3, 4], failed: [] });
    for (let hasPatch = false; !hasPatch;) {
      const event = await viewer.next(client.seen, { signal });
      const delta = liveDeltaSchema.parse(JSON.parse(event.data));
      expect(event.data).not.toContain('secret');
      client.take(event);
      hasPatch = delta.videos?.some(({ patch }) => JSON.stringify(patch?.set) === '[[2,5]]') ?? false;
    }
    const list = await watched.monitor.list({ sort: 'title', order: 'asc', offset: 0, limit: 10 });
    expect(list.total).toBe(2);
    expect(JSON.stringify(list)).not.toContain('secret');
  });

  it('counts causes of failures, and drops them when the files are opened again', async () => {
    const watched = await start({ videos: 1, files: 10 });
    const [client, viewer] = [createLiveClient(), viewerOf(watched.monitor)];
    await watched.library.change(sequence(0, 0.3, 0.5, 0, 0, 0, 0, 0, 0.7));
    while (client.state?.causes[0]?.files !== 5) client.take(await viewer.next(client.seen, { signal }));
    expect(client.state.causes).toMatchObject([{ code: 'source.not-found', files: 5, videos: 1 }]);
    const { generation, revision } = watched.library;
    await watched.ledger.apply('video-0000', { type: 'reopen', generation, revision, files: [3, 4, 5, 6, 7] });
    while (client.state.causes.length > 0) client.take(await viewer.next(client.seen, { signal }));
  });

  it('gives one who comes with what is not known any more a snapshot', async () => {
    const { monitor } = await start({ videos: 1, files: 10 });
    const viewer = viewerOf(monitor);
    for (const seen of ['another-3', 'e1-99', 'e1--1', 'nonsense', '']) {
      expect(await viewer.next(seen, { signal })).toMatchObject({ name: 'snapshot' });
    }
  });

  it('reads nothing while nobody watches, and begins anew for the next', async () => {
    const { monitor, reads, library } = await start({ videos: 1, files: 10 });
    expect(reads.videos).toBe(0);
    const viewer = viewerOf(monitor);
    const first = await viewer.next(undefined, { signal });
    viewer.leave();
    while (reads.pauses === 0) {
      await library.change(Math.random);
      await turn();
    }
    const again = await viewerOf(monitor).next(first.id, { signal });
    expect(again).toMatchObject({ name: 'snapshot' });
  });

  it('knows when the end was seen', async () => {
    const { monitor } = await start({ videos: 1, files: 10 });
    const viewer = viewerOf(monitor);
    const client = createLiveClient();
    client.take(await viewer.next(undefined, { signal }));
    expect([client.state?.ended, monitor.isEndSeen]).toEqual([null, false]);
    monitor.setEnded({ at: 5 });
    while (!client.state?.ended) client.take(await viewer.next(client.seen, { signal }));
    expect(monitor.isEndSeen).toBe(true);
    monitor.setEnded(null);
    expect(monitor.isEndSeen).toBe(false);
  });
});

function sequence(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}
