import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const jpeg = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(text)]);
const list = 'v/index.m3u8.side-files.json';

describe.each(['folder', 'versitygw'] as const)('files beside the playlists, to a %s', patient, (destination) => {
  let stage: Stage;
  let catalogue: string;
  const cue = (at: number, uri: string): string => `00:0${at}.000 --> 00:0${at + 1}.000\n${uri}\n\n`;
  beforeAll(async () => {
    stage = await openStage({
      destination,
      files: {
        '/v/index.m3u8': mediaPlaylist(['a.ts']),
        '/v/a.ts': 'media',
        '/img/poster.jpg': jpeg('poster'),
        '/v/thumbs/sprite-1.jpg': jpeg('sprite 1'),
        '/v/thumbs/sprite-2.jpg': jpeg('sprite 2'),
        '/v/de.vtt': 'WEBVTT\n\n00:00.000 --> 00:01.000\nHallo\n',
        '/v/en.srt': '1\n00:00:00,000 --> 00:00:01,000\nHello\n',
      },
    });
    const far = `${stage.origin.url}/v/thumbs/sprite-2.jpg#xywh=0,0,160,90`;
    stage.origin.put('/v/thumbs/t.vtt', `WEBVTT\n\n${cue(0, 'sprite-1.jpg#xywh=0,0,160,90')}${cue(1, far)}`);
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, JSON.stringify(row()));
  });
  afterAll(() => stage.close());

  const row = (more = {}): object => ({
    id: 'v',
    url: `${stage.origin.url}/v/index.m3u8`,
    image: `${stage.origin.url}/img/poster.jpg`,
    thumbnails: 'thumbs/t.vtt',
    subtitles: [
      { lang: 'de', url: 'de.vtt' },
      { lang: 'en', url: 'en.srt' },
    ],
    ...more,
  });
  const asked = ['--side-files', 'poster=image,thumbnails,captions=subtitles'] as const;
  const root = (): string => `${stage.destination}/v/index.m3u8`;
  const verify = (...flags: readonly string[]) => runFlants(['verify', root(), '--json', ...flags], { env: stage.env });
  const problemsOf = async (...flags: readonly string[]) => {
    const { stdout } = await verify(...flags);
    return (JSON.parse(stdout) as { problems: { code: string; key: string }[] }).problems.map(
      ({ code, key }) => `${code} ${key.split('/').at(-1)}`,
    );
  };

  it('are missed aloud where no row has the field, as with a name that is mistyped', async () => {
    const odd = ['--side-files', 'poster=imgae,captions=subtitles', '--dry-run'] as const;
    const told = 'has anything at imgae, which --side-files names for poster';
    const { code, stderr } = await stage.copy(catalogue, ...odd);
    expect(code).toBe(0);
    expect(stderr).toContain(`warn: no row of ${catalogue} ${told}`);
    expect(stderr).not.toContain('subtitles');
    expect((await runFlants(['plan', catalogue, ...odd.slice(0, 2)], { env: stage.env })).stderr).toContain(told);
  });

  it('are not copied unless asked for', async () => {
    expect(await stage.copy(catalogue)).toMatchObject({ code: 0 });
    expect(await stage.object('img/poster.jpg')).toBeUndefined();
    expect(await stage.object(list)).toBeUndefined();
  });

  it('arrive with their video once they are, also where its playlist has not changed', async () => {
    expect(await stage.copy(catalogue, ...asked)).toMatchObject({ code: 0 });
    expect(await stage.object('img/poster.jpg')).toEqual(jpeg('poster'));
    expect(await stage.object('v/thumbs/sprite-1.jpg')).toEqual(jpeg('sprite 1'));
    expect(await stage.object('v/thumbs/sprite-2.jpg')).toEqual(jpeg('sprite 2'));
    expect(String(await stage.object('v/en.srt'))).toContain('Hello');
    // What would have led to the old home leads to its object here.
    expect(String(await stage.object('v/thumbs/t.vtt'))).toBe(
      `WEBVTT\n\n${cue(0, 'sprite-1.jpg#xywh=0,0,160,90')}${cue(1, 'sprite-2.jpg#xywh=0,0,160,90')}`,
    );
    expect(JSON.parse(String(await stage.object(list)))).toEqual({
      format: 1,
      files: [
        { role: 'poster', uri: '../img/poster.jpg' },
        { role: 'thumbnails', uri: 'thumbs/t.vtt' },
        { role: 'captions', uri: 'de.vtt' },
        { role: 'captions', uri: 'en.srt' },
      ],
    });
  });

  it('are written once', async () => {
    stage.clear();
    const before = stage.origin.requests.length;
    expect(await stage.copy(catalogue, ...asked)).toMatchObject({ code: 0 });
    expect(stage.puts()).toEqual([]);
    expect(
      stage.origin.requests
        .slice(before)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(['/v/index.m3u8', '/v/thumbs/t.vtt']);
  });

  it('are missed by verify from the destination alone, images of thumbnails too', async () => {
    expect(await problemsOf()).toEqual([]);
    const kept = await Promise.all(
      ['img/poster.jpg', 'v/thumbs/sprite-2.jpg', 'v/de.vtt'].map((key) => stage.object(key)),
    );
    await Promise.all(
      ['img/poster.jpg', 'v/thumbs/sprite-2.jpg', 'v/de.vtt'].map((key) => rm(join(stage.objects, key))),
    );
    expect((await problemsOf()).toSorted()).toEqual([
      'verify.missing de.vtt',
      'verify.missing poster.jpg',
      'verify.missing sprite-2.jpg',
    ]);
    await stage.place('img/poster.jpg', kept[0] ?? Buffer.of());
    await stage.place('v/thumbs/sprite-2.jpg', kept[1] ?? Buffer.of());
    await stage.place('v/de.vtt', Buffer.from('<!doctype html>'));
    expect(await problemsOf('--checksums', '--state', stage.stateDir)).toEqual(['verify.size de.vtt']);
    await stage.place('v/de.vtt', kept[2] ?? Buffer.of());
    await rm(join(stage.objects, 'v/thumbs/t.vtt'));
    expect(await problemsOf()).toEqual(['verify.missing t.vtt']);
  });

  it('hold the video back while one of them is missing, by name', async () => {
    await writeFile(catalogue, JSON.stringify(row({ id: 'w', image: [`${stage.origin.url}/img/none.jpg`] })));
    const { code, stdout, stderr } = await stage.copy(catalogue, ...asked);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('img/none.jpg');
  });

  it('are refused with their row where a field is none, and with the roles where one does not exist', async () => {
    await writeFile(catalogue, JSON.stringify(row({ image: 'ftp://x/y.jpg' })));
    expect((await stage.copy(catalogue, ...asked)).stderr).toContain('row 1 has a image that names no poster');
    const typo = await stage.copy(catalogue, '--side-file', 'poster');
    expect(typo).toMatchObject({ code: 1, stderr: expect.stringContaining('--side-files') as string });
    const role = await stage.copy(catalogue, '--side-files', 'postr=image');
    expect(role).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('of the roles poster, thumbnails') as string,
    });
  });
});
