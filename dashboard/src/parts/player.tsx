import Hls from 'hls.js';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { explainPlayback } from './explain-playback.ts';
import type { Explanation } from './explain-playback.ts';

/** Plays a multivariant or media playlist, and explains why where it cannot. */
export function Player({ url }: { readonly url: string }): ReactNode {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<Explanation>();
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    setProblem(undefined);
    const explain = async (status: number | undefined, at: string, details: string): Promise<void> =>
      setProblem(await explainPlayback({ url: at, status, details, pageOrigin: location.origin }));
    if (!Hls.isSupported()) {
      element.src = url;
      const failed = (): void => void explain(undefined, url, element.error?.message ?? 'the browser cannot play it');
      element.addEventListener('error', failed);
      return () => element.removeEventListener('error', failed);
    }
    // A worker would be made of a `blob:` script, which the content security policy does not allow.
    const player = new Hls({ enableWorker: false });
    player.on(Hls.Events.ERROR, (_, { fatal, details, response, url: at, frag }) => {
      if (fatal) void explain(response?.code, at ?? frag?.url ?? url, details);
    });
    player.loadSource(url);
    player.attachMedia(element);
    return () => player.destroy();
  }, [url]);
  return (
    <section className="stack" aria-label="Player">
      <video ref={video} className="player" controls autoPlay muted playsInline />
      {problem ? (
        <div className="notice stack failed" role="alert">
          <p>{problem.what}</p>
          {problem.mend === undefined ? null : <pre className="faint">{problem.mend}</pre>}
        </div>
      ) : null}
    </section>
  );
}
