import type { FileCounts, LiveDelta, LiveSnapshot } from '../api/contract.ts';
import type { LiveStore } from './store.ts';

/** What a stream needs of the page around it. */
export interface ConnectOptions {
  readonly url: string;
  /** Whether the service lets this page read; rejects where the service cannot be reached. */
  readonly mayRead: () => Promise<boolean>;
  /** The files of a video, if it is published. The stream leaves out what is published, and much else. */
  readonly filesIfPublished: (id: string) => Promise<FileCounts | undefined>;
}

/** A stream under way. */
export interface LiveStream {
  /** Tries again now, where the last try did not succeed: somebody has signed in. */
  retryNow(): void;
  stop(): void;
}

const shortestPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Follows the live stream into a store until it is stopped. The browser resumes a stream that broke off by itself, from
 * the last event it had; where it gives up (the service answered with an error), a new one is opened, after a growing
 * pause.
 */
export function followLive(store: LiveStore, { url, mayRead, filesIfPublished }: ConnectOptions): LiveStream {
  let source: EventSource | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = shortestPauseMs;
  let stopped = false;

  const open = (): void => {
    source = new EventSource(url);
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      store.takeSnapshot(JSON.parse(data) as LiveSnapshot);
      live();
    });
    source.addEventListener('delta', ({ data }: MessageEvent<string>) => {
      const delta = JSON.parse(data) as LiveDelta;
      store.takeDelta(delta);
      live();
      const shown = new Set(delta.videos?.map(({ id }) => id));
      for (const id of delta.gone ?? []) if (!shown.has(id)) void settle(id);
    });
    source.addEventListener('error', () => {
      if (store.connection() === 'live') store.setConnection('lost');
      if (source?.readyState === EventSource.CLOSED) retryLater();
    });
  };
  const settle = async (id: string): Promise<void> => {
    const video = store.video(id);
    const files = await filesIfPublished(id).catch(() => undefined);
    // A video that came back meanwhile is another object.
    if (store.video(id) === video) store.settle(id, files);
  };
  const live = (): void => {
    pauseMs = shortestPauseMs;
    store.setConnection('live');
  };
  const retryLater = (): void => {
    pause = setTimeout(() => void retry(), pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  };
  const retry = async (): Promise<void> => {
    const readable = await mayRead().catch(() => undefined);
    if (stopped) return;
    if (readable === true) return open();
    if (readable === false) store.setConnection('refused');
    retryLater();
  };

  open();
  return {
    retryNow() {
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(pause);
      pauseMs = shortestPauseMs;
      store.setConnection('connecting');
      void retry();
    },
    stop() {
      stopped = true;
      clearTimeout(pause);
      source?.close();
    },
  };
}
