import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
let site: Origin;
afterEach(() => Promise.all([stage.close(), site.stop()]));

it('verify over HTTP is not content with the page that a site gives for whatever it lacks', patient, async () => {
  stage = await openStage({
    destination: 'folder',
    library: { videos: 1, filesPerVideo: 4, fileBytes: 1_000, seed: 'site' },
  });
  const playlist = syntheticPlaylist(0);
  expect((await stage.copy(playlist)).code).toBe(0);
  site = await startOrigin({ folder: stage.objects });
  const verify = () => runFlants(['verify', site.url + playlist, '--json']);
  // The copy is whole; that pages of other hosts may not play it is a warning.
  expect((await verify()).code).toBe(3);

  const segment = new URL(syntheticSegment(2), `http://x${playlist}`).pathname;
  await rm(join(stage.objects, segment));
  site.behave(segment, { kind: 'error-page' });
  const verified = await verify();
  expect(verified.code).toBe(2);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    problems: [{ code: 'verify.wrong-body', key: site.url + segment }],
  });
});
