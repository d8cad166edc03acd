import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FlantsError, failureWith } from '../domain/failure.ts';
import type { Decided } from '../domain/report/library-status.ts';
import { eachVideo } from './each-video.ts';

async function pause(videos: readonly string[], json = false): Promise<{ code: number; said: string; errors: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await eachVideo<Decided>(
    {
      verb: 'pause',
      place: { kind: 'cluster' },
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

it('decides about many videos of a cluster at a time, and says so in their order', async () => {
  const videos = Array.from({ length: 100 }, (_, number) => `video-${number}`);
  const stdout = new PassThrough();
  let [atATime, most] = [0, 0];
  const options = { verb: 'pause', videos, json: false, render: (_: Decided, video: string) => video };
  const work = async (video: string): Promise<Decided> => {
    most = Math.max(most, ++atATime);
    await sleep(videos.indexOf(video) % 3);
    atATime -= 1;
    return { video };
  };
  const streams = { stdout: stdout as never, stderr: new PassThrough() as never };
  expect(await eachVideo({ ...options, place: { kind: 'cluster' }, work }, streams)).toBe(0);
  expect(String(stdout.read()).trimEnd().split('\n')).toEqual(videos);
  expect(most).toBe(32);
  // A video of a state may be published at once, by a connection of its own.
  most = 0;
  expect(await eachVideo({ ...options, place: { kind: 'embedded' }, work }, streams)).toBe(0);
  expect(most).toBe(1);
});

it('begins no other video when it is aborted, and says what was decided', async () => {
  const stdout = new PassThrough();
  const begun: string[] = [];
  const work = async (video: string): Promise<Decided> => {
    begun.push(video);
    await sleep(0);
    if (video === '1') throw new FlantsError('aborted', 'stopped');
    return { video };
  };
  const videos = Array.from({ length: 100 }, (_, number) => String(number));
  const pausing = eachVideo(
    { verb: 'pause', place: { kind: 'cluster' }, videos, json: false, work, render: (_, video) => video },
    { stdout: stdout as never, stderr: new PassThrough() as never },
  );
  await expect(pausing).rejects.toMatchObject({ code: 'aborted' });
  expect(String(stdout.read()).trimEnd().split('\n')).toEqual(begun.filter((video) => video !== '1'));
  expect(begun.length).toBeLessThan(40);
});
