import { lazy, Suspense, useState } from 'react';
import type { ReactNode } from 'react';
import { useLive } from '../live/use-live.ts';

const Player = lazy(() => import('./player.tsx').then(({ Player: component }) => ({ default: component })));

/** Plays a published video from its destination. The player is loaded when somebody asks for it. */
export function PlayPart({ playlistKey }: { readonly playlistKey: string | undefined }): ReactNode {
  const playUrl = useLive((now) => now.playUrl);
  const [isOpen, setIsOpen] = useState(false);
  if (playlistKey === undefined) return null;
  if (playUrl === undefined)
    return (
      <p className="faint">
        To play it here, start the service with <code>--public-url</code>, the public address of the destination.
      </p>
    );
  if (!isOpen)
    return (
      <button type="button" onClick={() => setIsOpen(true)}>
        ▶ Play it
      </button>
    );
  return (
    <Suspense fallback={<p className="faint">Loading the player…</p>}>
      <Player url={new URL(playUrl + playlistKey.split('/').map(encodeURIComponent).join('/'), location.href).href} />
    </Suspense>
  );
}
