import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveEnd, LiveList } from '../domain/progress/live-view.ts';
import { minute, second } from '../domain/units.ts';
import { untilAborted } from '../domain/waiting/until-aborted.ts';
import type { VideoId } from '../domain/video.ts';
import { createRecordCache } from '../journal/record-cache.ts';
import { createDeltaLog } from './delta-log.ts';
import type { DeltaLog } from './delta-log.ts';
import { listRows } from './list-rows.ts';
import type { ListQuery } from './list-rows.ts';
import type { MonitorPorts } from './monitor-ports.ts';
import { watchLibrary } from './watched-library.ts';
import type { WatchedLibrary } from './watched-library.ts';

/** One event of the stream. All viewers who are to get the same share its text. */
export interface LiveEvent {
  /** `<epoch>-<sequence>` */
  readonly id: string;
  readonly name: 'snapshot' | 'delta';
  /** JSON. */
  readonly data: string;
}

/** Somebody who watches. */
export interface Viewer {
  /**
   * The next event for one who has seen the event `seen` last. Waits until there is one. What came since is one delta,
   * however long ago that was: nothing is queued for a slow viewer. One who has seen nothing, or what is not known any
   * more, gets a snapshot. Throws when the signal fires or the monitor is closed.
   */
  next(seen: string | undefined, options: { readonly signal: AbortSignal }): Promise<LiveEvent>;
  /** To be called once, at the end. */
  leave(): void;
}

/**
 * Shows a library to any number of viewers, who share all reading and computing. Nothing is read while nobody watches:
 * what is known is dropped a minute after the last viewer has left.
 */
export interface Monitor {
  /** Undefined when there are too many viewers. */
  watch(): Viewer | undefined;
  readonly viewers: number;
  /** Waits until the ledger has been read. */
  list(query: ListQuery): Promise<LiveList>;
  /** Shows that the run has ended; null: it goes on. */
  setEnded(ended: LiveEnd | null): void;
  /** Whether a viewer has been given the end. */
  readonly isEndSeen: boolean;
  close(): Promise<void>;
}

const maxViewers = 200;

/** One reading of the library. What viewers have seen of another epoch means nothing in this one. */
interface Epoch {
  readonly name: string;
  readonly library: WatchedLibrary;
  readonly log: DeltaLog;
  /** The snapshot at the latest delta, made when first asked for. */
  snapshot?: LiveEvent;
  /** Merged deltas up to the latest, by where they begin. */
  readonly merged: Map<number, LiveEvent>;
}

/** How fast a monitor is. */
export interface MonitorPace {
  /** Deltas are this far apart at least. */
  readonly tickMs: number;
  /** How long a library is followed after the last viewer has left. */
  readonly lingerMs: number;
}

const defaultPace: MonitorPace = { tickMs: second / 4, lingerMs: minute };

/** Creates a monitor that reads nothing yet. */
export function createMonitor(ports: MonitorPorts, { tickMs, lingerMs } = defaultPace): Monitor {
  const records = createRecordCache(ports);
  const closing = new AbortController();
  const pending = new Set<VideoId>();
  let viewers = 0;
  let wantedUntil = -Infinity;
  let epoch: Epoch | undefined;
  let running: Promise<void> | undefined;
  let ended: LiveEnd | null = null;
  /** The first event of an epoch that has the end in it. */
  let endAt: { readonly epoch: string; readonly number: number } | undefined;
  let isEndSeen = false;
  let published = Promise.withResolvers<void>();

  const wake = (): void => {
    const before = published;
    published = Promise.withResolvers();
    before.resolve();
  };
  const isWanted = (): boolean => !closing.signal.aborted && (viewers > 0 || ports.now() < wantedUntil);

  /** Takes over what changed since the last turn. */
  const turn = async (): Promise<void> => {
    const changed = await ports.changes.take();
    if (!changed || !epoch) {
      epoch?.library.close();
      epoch = undefined;
      pending.clear();
      const library = await watchLibrary(ports, records);
      const takeOver = await library.follow([], ended);
      takeOver();
      epoch = { name: ports.newEpoch(), library, log: createDeltaLog(), merged: new Map() };
      endAt = ended ? { epoch: epoch.name, number: 0 } : undefined;
      return wake();
    }
    for (const id of changed) pending.add(id);
    const takeOver = await epoch.library.follow(pending, ended);
    pending.clear();
    const delta = takeOver();
    if (!delta) return;
    epoch.log.add(delta, JSON.stringify(delta).length);
    delete epoch.snapshot;
    epoch.merged.clear();
    if (delta.ended) endAt = { epoch: epoch.name, number: epoch.log.latest };
    if (delta.ended === null) endAt = undefined;
    wake();
  };
  const run = async (): Promise<void> => {
    while (isWanted()) {
      const startedAt = performance.now();
      try {
        await turn();
      } catch (error) {
        ports.onTrouble(error);
      }
      const restMs = Math.max(tickMs / 5, tickMs - (performance.now() - startedAt));
      await sleep(restMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    ports.changes.pause();
    epoch?.library.close();
    epoch = undefined;
    running = undefined;
    // Somebody may have come in the meantime.
    if (isWanted()) start();
  };
  const start = (): void => {
    wantedUntil = ports.now() + lingerMs;
    running ??= run();
  };
  const present = async (): Promise<Epoch> => {
    closing.signal.throwIfAborted();
    if (epoch) return epoch;
    await untilAborted(published.promise, closing.signal);
    return present();
  };
  const noteSeen = (event: LiveEvent): LiveEvent => {
    const [name, number] = placeOf(event.id);
    if (endAt && endAt.epoch === name && number >= endAt.number) isEndSeen = true;
    return event;
  };

  return {
    get viewers() {
      return viewers;
    },
    get isEndSeen() {
      return isEndSeen;
    },
    watch() {
      if (viewers >= maxViewers || closing.signal.aborted) return undefined;
      viewers += 1;
      start();
      return {
        async next(seen, { signal }) {
          for (;;) {
            signal.throwIfAborted();
            closing.signal.throwIfAborted();
            const { promise } = published;
            const event = epoch && eventSince(epoch, seen);
            if (event) return noteSeen(event);
            await untilAborted(promise, AbortSignal.any([signal, closing.signal]));
          }
        },
        leave() {
          viewers -= 1;
          wantedUntil = ports.now() + lingerMs;
        },
      };
    },
    async list(query) {
      start();
      const { view, isCounting } = (await present()).library;
      return { ...listRows(view.rows(), query), listVersion: view.version, isCounting };
    },
    setEnded(end) {
      ended = end;
      if (!end) isEndSeen = false;
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What one is to get who has seen the event `seen` last. Undefined: there is nothing new. */
function eventSince(epoch: Epoch, seen: string | undefined): LiveEvent | undefined {
  const { name, log, library, merged } = epoch;
  const id = `${name}-${log.latest}`;
  if (seen === id) return undefined;
  const [seenEpoch, number] = placeOf(seen ?? '');
  const known = merged.get(number);
  const delta = seenEpoch === name ? (known ?? log.since(number)) : undefined;
  if (delta) {
    const event = 'data' in delta ? delta : ({ id, name: 'delta', data: JSON.stringify(delta) } as const);
    merged.set(number, event);
    return event;
  }
  epoch.snapshot ??= { id, name: 'snapshot', data: JSON.stringify(library.snapshot()) };
  return epoch.snapshot;
}

/** Epoch and number in an id; NaN where it has none. */
function placeOf(id: string): readonly [epoch: string, number: number] {
  const [, name = '', digits] = /^(.+)-(\d{1,15})$/.exec(id) ?? [];
  return [name, Number(digits ?? Number.NaN)];
}
