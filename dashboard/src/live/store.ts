import type { FileCounts, LiveDelta, LiveSnapshot, LiveVideo, LiveVideoChange, RateSample } from '../api/contract.ts';
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
  /**
   * Ids of the videos that are in progress or need attention, in the order in which they are shown. Those that were
   * published while the page was open stay in their places.
   */
  readonly order: readonly string[];
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
  /**
   * Says what became of a video that the stream does not show any more: published, with these files, or undefined for
   * anything else. Until then it is shown as it was.
   */
  readonly settle: (id: string, published: FileCounts | undefined) => void;
  readonly setConnection: (connection: Connection) => void;
}

const keptSamples = 3_600;
/** Published videos that stay. */
const keptPublished = 50;

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
      const ids = rows.map(({ id }) => id);
      const published = (now?.order ?? []).flatMap((id) => {
        const video = videos.get(id);
        return video?.state === 'published' && !ids.includes(id) ? [video] : [];
      });
      videos.clear();
      for (const row of rows) videos.set(row.id, changedVideo(undefined, row));
      for (const video of published) videos.set(video.id, video);
      now = { ...parts, connection, order: [...ids, ...published.map(({ id }) => id)] };
      tell(new Set([...before, ...videos.keys()]));
    },
    takeDelta({ videos: rows = [], gone: _, history = [], ...parts }) {
      if (!now) return;
      const added = rows.filter(({ id }) => !videos.has(id)).map(({ id }) => id);
      for (const row of rows) videos.set(row.id, changedVideo(videos.get(row.id), row));
      now = {
        ...now,
        ...parts,
        connection,
        order: added.length === 0 ? now.order : [...now.order, ...added],
        history: history.length === 0 ? now.history : joinSamples(now.history, history),
      };
      tell(rows.map(({ id }) => id));
    },
    settle(id, files) {
      const video = videos.get(id);
      if (!now || !video) return;
      if (files) videos.set(id, { ...video, files, state: 'published' });
      else videos.delete(id);
      const published = now.order.filter((each) => videos.get(each)?.state === 'published');
      for (const each of published.slice(0, -keptPublished)) videos.delete(each);
      const order = now.order.filter((each) => videos.has(each));
      now = { ...now, order: order.length === now.order.length ? now.order : order };
      tell([id]);
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

/** Samples of a resumed stream may overlap those that are there. */
function joinSamples(before: readonly RateSample[], more: readonly RateSample[]): readonly RateSample[] {
  const last = before.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  return [...before, ...more.filter(([at]) => at > last)].slice(-keptSamples);
}
