import { expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import { openClusterStage } from './stage.ts';

const library = { videos: 3, filesPerVideo: 4, fileBytes: 1_000, seed: 'long scan' };

it.skipIf(!hasRedis || !hasVersitygw)('copies videos while the catalogue is still being read', patient, async () => {
  const stage = await openClusterStage(library);
  const api = await clusterApi();
  const { origin, destination, env } = stage;
  // A page for each video, held until the video of the page before is published.
  const turns = Array.from({ length: library.videos }, () => Promise.withResolvers<void>());
  for (const [number, turn] of turns.entries()) {
    const row = { id: `video-${number}`, playlistUrl: origin.url + syntheticPlaylist(number) };
    const [path, next] = [`/page-${number}`, `/page-${number + 1}`];
    origin.put(path, JSON.stringify({ videos: [row], ...(number + 1 < turns.length ? { next } : {}) }));
    origin.behave(next, { kind: 'held', until: turn.promise });
  }
  const up = startFlants(['up', destination, '--catalogue-url', `${origin.url}/page-0`, ...api.flags], { env });
  try {
    for (const [number, turn] of turns.entries()) {
      const videos = await api.until((seen) => idsIn('published', seen).includes(`video-${number}`));
      expect(videos).toHaveLength(number + 1);
      turn.resolve();
    }
  } finally {
    for (const turn of turns) turn.resolve();
    up.kill('SIGTERM');
    await up.ended;
    await stage.close();
  }
});
