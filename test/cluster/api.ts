import { setTimeout as sleep } from 'node:timers/promises';
import type { VideoSummary } from '../../src/domain/report/library-status.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { freePort } from '../servers/free-port.ts';

/** The HTTP interface of a cluster, as somebody's program uses it. */
export interface ClusterApi {
  readonly url: string;
  /** With these a command answers there. */
  readonly flags: readonly string[];
  videos(): Promise<readonly VideoSummary[]>;
  /** Waits until the videos are as they should be, looking a few times a second; fails when they never are. */
  until(isSo: (videos: readonly VideoSummary[]) => boolean, timeoutMs?: number): Promise<readonly VideoSummary[]>;
}

const lookEveryMs = 100;

/** Finds a port for it. */
export async function clusterApi(): Promise<ClusterApi> {
  const at = `127.0.0.1:${await freePort()}`;
  const url = `http://${at}`;
  const videos = async (): Promise<readonly VideoSummary[]> => {
    const answer = await documentedFetch(`${url}/api/v1/videos?limit=1000`);
    return ((await answer.json()) as { readonly videos: readonly VideoSummary[] }).videos;
  };
  return {
    url,
    flags: ['--listen', at],
    videos,
    async until(isSo, timeoutMs = 40_000) {
      const end = performance.now() + timeoutMs;
      for (let seen: readonly VideoSummary[] = []; ; await sleep(lookEveryMs)) {
        // Nobody answers while it starts.
        seen = await videos().catch(() => []);
        if (isSo(seen)) return seen;
        if (performance.now() > end) throw new Error(`it never came to that: ${JSON.stringify(seen)}`);
      }
    },
  };
}

/** Ids of the videos in a state, in alphabetical order. */
export function idsIn(state: VideoSummary['state'], videos: readonly VideoSummary[]): readonly string[] {
  return videos.flatMap((video) => (video.state === state ? [video.id] : [])).toSorted();
}
