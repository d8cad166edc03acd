import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { FlantsError, failureWith } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import { eachVideo } from './each-video.ts';

async function pause(videos: readonly string[], json = false): Promise<{ code: number; said: string; errors: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await eachVideo<Decided>(
    {
      verb: 'pause',
      videos,
      json,
      work: (video) => {
        if (video === 'nobody') return Promise.reject(new FlantsError('video.unknown', 'no video is called nobody'));
        const pending = failureWith('state.unusable', 'Redis is away');
        return Promise.resolve(video === 'later' ? { video, pending } : { video, state: 'paused' });
      },
      render: (_, video) => `${video} is paused`,
    },
    { stdout: stdout as never, stderr: stderr as never },
  );
  return { code, said: String(stdout.read() ?? ''), errors: String(stderr.read() ?? '') };
}

it('does all of them', async () => {
  expect(await pause(['a', 'b'])).toEqual({ code: 0, said: 'a is paused\nb is paused\n', errors: '' });
});

it('goes on behind one that fails, and ends with 2', async () => {
  expect(await pause(['nobody', 'b'])).toEqual({
    code: 2,
    said: 'b is paused\n',
    errors: 'flants: no video is called nobody [video.unknown]\n',
  });
});

it('ends with 1 when nothing could be done', async () => {
  expect(await pause(['nobody'])).toMatchObject({ code: 1, said: '' });
});

it('says what has no effect yet, and ends with 3', async () => {
  expect(await pause(['later'])).toMatchObject({
    code: 3,
    said: 'later is paused; not in effect yet: Redis is away [state.unusable]\n',
  });
});

it('says one JSON value a line', async () => {
  const { said } = await pause(['a', 'nobody'], true);
  expect(
    said
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { video: 'a', state: 'paused' },
    { video: 'nobody', failure: { code: 'video.unknown' } },
  ]);
});
