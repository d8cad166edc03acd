import type { LiveDelta, LiveSnapshot, LiveVideo, LiveVideoChange, RateSample } from '../api/contract.ts';
import { fieldOf, patchField } from './field.ts';
import type { Field } from './field.ts';

/** One video as it is now. A new object whenever something of it changed, its field's bits apart. */
export interface VideoNow extends Omit<LiveVideo, 'field'> {
  readonly field?: Field;
}

/** How the stream is. `refused`: a token is needed to read. */
export type Connection = 'connecting' | 'live' | 'lost' | 'refused';

/** All parts of the view but the videos themselves. A new object at each change; parts that did not change stay the same. */
export interface LiveNow extends Omit<LiveSnapshot, 'format' | 'videos' | 'history'> {
  /** The oldest first. */
  readonly history: readonly RateSample[];
  readonly connection: Connection;
  /** Ids of the videos that are in progress or need attention, in the order in which they are shown. */
  readonly order: readonly string[];
  /** Videos that were completed while this page was open, the latest first. */
  readonly completed: readonly VideoNow[];
}

/** The state of the page, outside of React: whoever shows a part of it is told when that changes. */
export interface LiveStore {
  /** Undefined before the first snapshot. */
  readonly now: () => LiveNow | undefined;
  readonly connection: () => Connection;
  readonly video: (id: string) => VideoNow | undefined;
  /** Called after each change of anything. Returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Called after each change of one video. */
  readonly subscribeVideo: (id: string, listener: () => void) => () => void;
  readonly takeSnapshot: (snapshot: LiveSnapshot) => void;
  readonly takeDelta: (delta: LiveDelta) => void;
  readonly setConnection: (connection: Connection) => void;
}

const keptSamples = 3_600;
const keptCompleted = 50;

/** An empty store. */
export function createLiveStore(): LiveStore {
  let now: LiveNow | undefined;
  let connection: Connection = 'connecting';
  const videos = new Map<string, VideoNow>();
  const listeners = new Set<() => void>();
  const videoListeners = new Map<string, Set<() => void>>();

  const tell = (ids: Iterable<string>): void => {
    for (const id of ids) for (const listener of videoListeners.get(id) ?? []) listener();
    for (const listener of listeners) listener();
  };

  return {
    now: () => now,
    connection: () => connection,
    video: (id) => videos.get(id),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeVideo(id, listener) {
      const those = videoListeners.get(id) ?? new Set();
      videoListeners.set(id, those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0) videoListeners.delete(id);
      };
    },
    takeSnapshot({ format: _, videos: rows, ...parts }) {
      const before = [...videos.keys()];
      const completed = now?.completed ?? [];
      videos.clear();
      for (const row of rows) videos.set(row.id, changedVideo(undefined, row));
      now = { ...parts, connection, order: rows.map(({ id }) => id), completed };
      tell(new Set([...before, ...videos.keys()]));
    },
    takeDelta({ videos: rows = [], gone = [], history = [], ...parts }) {
      if (!now) return;
      const left = gone.flatMap((id) => videos.get(id) ?? []);
      for (const id of gone) videos.delete(id);
      const added = rows.filter(({ id }) => !videos.has(id)).map(({ id }) => id);
      for (const row of rows) videos.set(row.id, changedVideo(videos.get(row.id), row));
      const completed = completedNow(now.completed, [...left, ...rows.flatMap(({ id }) => videos.get(id) ?? [])]);
      const stays = added.length === 0 && gone.length === 0;
      now = {
        ...now,
        ...parts,
        connection,
        order: stays ? now.order : [...now.order.filter((id) => videos.has(id)), ...added],
        history: history.length === 0 ? now.history : joinSamples(now.history, history),
        completed,
      };
      tell([...gone, ...rows.map(({ id }) => id)]);
    },
    setConnection(next) {
      if (next === connection) return;
      connection = next;
      if (now) now = { ...now, connection };
      tell([]);
    },
  };
}

function changedVideo(before: VideoNow | undefined, change: LiveVideoChange): VideoNow {
  const { field: wire, patch, noField, ...row } = change;
  if (wire) return { ...row, field: fieldOf(wire, row.files.total) };
  if (noField || !before?.field) return row;
  return { ...row, field: patch ? patchField(before.field, patch) : before.field };
}

/** A video that left as it was whole, or says that it is published, is completed. */
function completedNow(before: readonly VideoNow[], rows: readonly VideoNow[]): readonly VideoNow[] {
  const isWhole = ({ state, files }: VideoNow): boolean =>
    state === 'published' || (files.total > 0 && files.done + files.accepted === files.total && state === 'publishing');
  const fresh = rows.filter(isWhole).map((row): VideoNow => ({ ...row, state: 'published' }));
  if (fresh.length === 0) return before;
  const ids = new Set(fresh.map(({ id }) => id));
  return [...fresh.toReversed(), ...before.filter(({ id }) => !ids.has(id))].slice(0, keptCompleted);
}

/** Samples of a resumed stream may overlap those that are there. */
function joinSamples(before: readonly RateSample[], more: readonly RateSample[]): readonly RateSample[] {
  const last = before.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  return [...before, ...more.filter(([at]) => at > last)].slice(-keptSamples);
}
