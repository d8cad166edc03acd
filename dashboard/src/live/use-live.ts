import { createContext, useCallback, use, useSyncExternalStore } from 'react';
import type { Connection, LiveNow, LiveStore, VideoNow } from './store.ts';

/** Where the components below find the store. */
export const LiveContext = createContext<LiveStore | undefined>(undefined);

/** The store. */
export function useLiveStore(): LiveStore {
  const store = use(LiveContext);
  if (!store) throw new Error('there is no live store above this component');
  return store;
}

/** A part of what is shown. The component is drawn again when the part is another value. */
export function useLive<T>(part: (now: LiveNow) => T): T | undefined {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => {
    const now = store.now();
    return now && part(now);
  });
}

/** One video; undefined where it is not among those in progress. */
export function useLiveVideo(id: string): VideoNow | undefined {
  const store = useLiveStore();
  const subscribe = useCallback((listener: () => void) => store.subscribeVideo(id, listener), [store, id]);
  return useSyncExternalStore(subscribe, () => store.video(id));
}

/** How the stream is. */
export function useConnection(): Connection {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => store.connection());
}
