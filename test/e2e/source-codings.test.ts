import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { crc32Hex } from '../../src/storage/checksum.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaPlaylist, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { codeAnswers } from '../servers/coded-answers.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 10, fileBytes: 30_000, seed: 'codings' };
const files = [...syntheticFiles(library)].map(({ path, body }) => ({ path, body: Buffer.from(body) }));
const playlist = syntheticPlaylist(0);

describe('a source that codes what it sends', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.skipIf(!hasVersitygw)('is copied and proven as the plain bytes', async () => {
    stage = await openStage({ destination: 'versitygw', library, rule: codeAnswers(files) });
    const copied = await stage.copy(playlist);
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(await differing(stage, files)).toEqual([]);
    const lines = (await stage.run('report', '--format', 'ndjson')).stdout.trimEnd().split('\n');
    for (const { path, body } of files.filter((file) => file.path.endsWith('.ts'))) {
      const line = lines
        .map((text) => JSON.parse(text) as Record<string, unknown>)
        .find(({ key }) => key === path.slice(1));
      expect(line, path).toMatchObject({ sizeBytes: body.byteLength, crc32: crc32Hex(body) });
    }
    const again = await stage.copy(playlist, '--recheck');
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(await differing(stage, files)).toEqual([]);
  });

  it('and whose subtitles end too soon, come in parts or unpack without end, fails for what stays so', async () => {
    const names = ['cut-once.vtt', 'part-once.vtt', 'several.vtt', 'bomb.vtt'];
    const texts = names.map((name) => `WEBVTT\n\n00:00.000 --> 00:06.000\n${name}\n`);
    const [cut, part, several, bomb] = names.map((name) => `/v/${name}`) as [string, string, string, string];
    stage = await openStage({
      destination: 'folder',
      files: {
        '/v/index.m3u8': mediaPlaylist(names),
        ...Object.fromEntries(names.map((name, at) => [`/v/${name}`, texts[at] ?? ''])),
      },
    });
    const gzip = { 'content-encoding': 'gzip' };
    const { origin } = stage;
    origin.behave(cut, { kind: 'answer', headers: gzip, body: gzipSync(texts[0] ?? '').subarray(0, -3) }, 1);
    origin.behave(
      part,
      { kind: 'answer', status: 206, headers: { 'content-range': 'bytes 0-5/50' }, body: 'WEBVTT' },
      1,
    );
    origin.behave(several, { kind: 'answer', headers: { 'content-encoding': 'gzip, br' }, body: 'x' });
    origin.behave(bomb, { kind: 'answer', headers: gzip, body: gzipSync(Buffer.alloc(200 * 1024 * 1024, 'WEBVTT ')) });
    const copied = await stage.copy('/v/index.m3u8', '--report', join(stage.scratch, 'report.json'));
    expect(copied.code).toBe(2);
    const { videos } = JSON.parse(await readFile(join(stage.scratch, 'report.json'), 'utf8')) as LibraryReport;
    expect(videos).toMatchObject([{ state: 'incomplete', files: { total: 4, done: 2, failed: 2 } }]);
    expect(copied.stdout).toMatch(/several\.vtt: .*several content codings \(gzip, br\).*\[source\.wrong-body\]/);
    expect(copied.stdout).toMatch(/bomb\.vtt: .*it is not unpacked further.*\[source\.too-large\]/);
    expect([cut, part, bomb].map((path) => origin.countOf(path))).toEqual([2, 2, 1]);
    expect((await stage.object(cut.slice(1)))?.toString()).toBe(texts[0]);
    expect((await stage.object(part.slice(1)))?.toString()).toBe(texts[1]);
    expect(await stage.object(bomb.slice(1))).toBeUndefined();
  });
});
