import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const master =
  '#EXTM3U\n#EXT-X-DEFINE:NAME="name",VALUE="a"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow/index.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nhigh/index.m3u8\n';
const library: Readonly<Record<string, string>> = {
  '/vod/1/main.m3u8': master,
  '/vod/1/low/index.m3u8': mediaPlaylist(['a.ts']),
  '/vod/1/low/a.ts': 'media',
  // By itself it cannot be read.
  '/vod/1/high/index.m3u8': mediaPlaylist(['{$name}.ts']).replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:IMPORT="name"'),
  '/vod/1/high/a.ts': 'media',
  '/vod/2/alone.m3u8': mediaPlaylist(['a.ts']),
  '/vod/2/a.ts': 'media',
  '/vod/3/page.m3u8': '<html>gone</html>',
};

describe('videos that no catalogue names', patient, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ destination: 'versitygw', files: library });
    for (const [path, body] of Object.entries(library))
      await stage.place(path.slice('/vod/'.length), Buffer.from(body));
  });
  afterAll(() => stage.close());

  const discover = (...words: readonly string[]) => runFlants(['discover', ...words], { env: stage.env });
  const rowsIn = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const idOf = (path: string): string => `${new URL(stage.origin.url).host.replace(':', '~')}${path}`;
  const expected = () => [
    { id: idOf('/vod/1/main'), playlistUrl: `${stage.origin.url}/vod/1/main.m3u8`, kind: 'multivariant' },
    { id: idOf('/vod/2/alone'), playlistUrl: `${stage.origin.url}/vod/2/alone.m3u8`, kind: 'media' },
  ];

  it('are found in a bucket, each once, by what its playlists are', async () => {
    const { code, stdout, stderr } = await discover(stage.destination, '--base-url', stage.origin.url);
    expect(rowsIn(stdout)).toEqual(expected());
    expect(stderr).toContain('/vod/3/page.m3u8 does not begin with #EXTM3U: it is an HTML page');
    expect(stderr).not.toContain('EXT-X-DEFINE');
    expect(stderr).toContain('2 videos found');
    expect(code).toBe(3);
  });

  it('are found in a compressed access log with how often they were asked for, and can be copied', async () => {
    const line = (path: string, status = 200): string =>
      `1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET ${path} HTTP/1.1" ${status} 1 "-" "-"`;
    const log = join(stage.scratch, 'access.log.gz');
    const lines = [
      line('/vod/1/main.m3u8?token=one'),
      line('/vod/1/main.m3u8?token=two'),
      line('/vod/1/low/index.m3u8'),
      line('/vod/1/low/a.ts'),
      line('/vod/2/alone.m3u8'),
      line('/vod/4/missing.m3u8', 404),
    ];
    await writeFile(log, gzipSync(lines.join('\n')));
    const out = join(stage.scratch, 'videos.ndjson');
    const found = await discover(log, '--base-url', stage.origin.url, '--out', out);
    expect(found).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining(`flants copy ${out}`) as string,
    });
    const [first, second] = expected();
    expect(rowsIn(await readFile(out, 'utf8'))).toEqual([
      { ...first, requests: 2 },
      { ...second, requests: 1 },
    ]);
    const copied = await stage.copy(out, '--dry-run');
    expect(copied).toMatchObject({ code: 0 });
  });

  it('can be copied from their bucket by the command that is suggested', async () => {
    const out = join(stage.scratch, 'bucket.ndjson');
    const { stderr } = await discover(stage.destination, '--out', out);
    const suggested = /look at them with: flants (.*)\n/.exec(stderr)?.[1] ?? '';
    expect(suggested).toBe(`copy ${out} <destination> --source-endpoint ${stage.env['FLANTS_ENDPOINT']} --dry-run`);
    const words = suggested.replace('<destination>', join(stage.scratch, 'copy')).split(' ');
    expect(await runFlants(words, { env: stage.env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 videos: 2 to copy') as string,
    });
  });

  it('are no reason to suggest a copy where there is none', async () => {
    const out = join(stage.scratch, 'none.ndjson');
    expect(await discover(`${stage.destination}/4`, '--out', out)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: '0 videos found: only names that end with .m3u8 or .m3u are read; list other playlists in a catalogue\n',
    });
  });

  it.each([
    [['s3://no-such/vod'], 'there is no such bucket'],
    [['no-such.log'], 'the source is no-such.log'],
    [['/'], 'is a folder: discover looks into a bucket or an access log'],
    [['s3://media/vod', '--base-ulr', 'https://x/'], '--base-url'],
    [[], 'discover needs a bucket'],
  ])('are not looked for by guessing: %j', async (words, hint) => {
    const { code, stderr } = await discover(...words);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(hint) as string });
  });

  it('are asked for by their URL where a log names paths alone', async () => {
    const log = join(stage.scratch, 'paths.log');
    await writeFile(log, '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET /a.m3u8 HTTP/1.1" 200 1\n');
    expect(await discover(log)).toMatchObject({ code: 1, stderr: expect.stringContaining('--base-url') as string });
    await writeFile(log, 'no requests\n');
    expect(await discover(log)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('names no playlist') as string,
    });
  });

  it('are named with what was wrong where none can be read', async () => {
    const log = join(stage.scratch, 'gone.log');
    const line = '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET /vod/4/missing.m3u8 HTTP/1.1" 200 1\n';
    await writeFile(log, line);
    const { code, stderr } = await discover(log, '--base-url', stage.origin.url);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^left out .*missing\.m3u8.*status 404.*\n0 videos found\n$/) as string,
    });
  });

  it('are not taken from a log that is cut off', async () => {
    const log = join(stage.scratch, 'cut.log.gz');
    const whole = gzipSync(
      '1.2.3.4 - - [23/Nov/2026:08:00:00 +0000] "GET /vod/1/main.m3u8 HTTP/1.1" 200 1\n'.repeat(9),
    );
    await writeFile(log, whole.subarray(0, -9));
    expect(await discover(log, '--base-url', stage.origin.url)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/cut\.log\.gz cannot be read to its end: .*\[catalogue\.unreadable\]/) as string,
    });
  });
});
