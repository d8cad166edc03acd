import { afterAll, beforeAll, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    destination: 'folder',
    files: { '/v/index.m3u8': mediaPlaylist(['a.ts', 'lost.ts']), '/v/a.ts': 'media' },
  });
});
afterAll(() => stage.close());

it('accepting a failure publishes no plan that the source has left behind', patient, async () => {
  expect((await stage.copy('/v/index.m3u8')).code).toBe(2);
  stage.origin.put('/v/index.m3u8', mediaPlaylist(['a.ts', 'b.ts', 'lost.ts']));
  const video = `${new URL(stage.origin.url).host.replace(':', '~')}/v/index`;
  const accepted = await stage.run('accept', video, 'v/lost.ts', '--reason', 'lost');
  expect(accepted).toMatchObject({
    code: 0,
    stdout: `${video} may be published without v/lost.ts; its source has changed: run the same copy again\n`,
  });
  expect(await stage.object('v/index.m3u8')).toBeUndefined();
});
