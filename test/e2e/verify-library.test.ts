import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryVerifyReport } from '../../src/domain/report/verification.ts';
import { syntheticCatalogue, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 8, filesPerVideo: 4, fileBytes: 5 * 188, seed: 'prefix' };
const segmentKey = (video: number, number: number): string =>
  new URL(syntheticSegment(number), `http://x${syntheticPlaylist(video)}`).pathname.slice(1);

describe.skipIf(!hasVersitygw)('flants verify of a library', patient, () => {
  let stage: Stage;
  let catalogue: string;
  beforeAll(async () => {
    stage = await openStage({ destination: 'versitygw', library });
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
    const copied = await stage.copy(catalogue);
    if (copied.code !== 0) throw new Error(copied.stderr);
  });
  afterAll(() => stage.close());

  async function verify(
    ...words: readonly string[]
  ): Promise<{ readonly code: number | null; readonly report: LibraryVerifyReport }> {
    const { code, stdout, stderr } = await runFlants(['verify', ...words, '--json'], { env: stage.env });
    if (stdout === '') throw new Error(stderr);
    return { code, report: JSON.parse(stdout) as LibraryVerifyReport };
  }

  it('finds all videos of a prefix whole by listing it, and asks for no object but playlists, and one of each how it is stored', async () => {
    stage.clear();
    const { code, stdout } = await runFlants(['verify', stage.destination], { env: stage.env });
    expect(code).toBe(0);
    expect(stdout).toContain(`${stage.destination}: 8 of 8 whole\n`);
    const asked = stage.requests.filter(({ method, path }) => method === 'HEAD' || path.includes('.ts'));
    expect(asked.map(({ method }) => method)).toEqual(Array.from({ length: 8 }, () => 'HEAD'));
    expect((await verify(catalogue, stage.destination)).report).toMatchObject({ videos: 8, whole: 8, objects: 32 });
  });

  it('is not ended by an answer that says to come back later', async () => {
    const refused = new Set<string>();
    stage.answer(({ method, path }) => {
      const kind = `${method} ${/\.\w+$/.exec(path)?.[0] ?? 'listing'}`;
      if (refused.has(kind)) return undefined;
      refused.add(kind);
      return 503;
    });
    const { code, report } = await verify(stage.destination, '--checksums');
    expect([code, report.whole, report.checkedChecksums]).toEqual([0, 8, 32]);
    expect([...refused].toSorted()).toEqual(['GET .m3u8', 'GET .ts', 'GET listing', 'HEAD .m3u8', 'HEAD .ts']);
    stage.answer(() => undefined);
  });

  it('compares every byte with what was copied', async () => {
    const { code, report } = await verify(stage.destination, '--checksums', '--state', stage.stateDir);
    expect([code, report.checkedChecksums]).toEqual([0, 32]);
  });

  it('names what is missing, wrong and extra, and a video of the catalogue that is not there', async () => {
    await rm(join(stage.objects, segmentKey(1, 2)));
    await rm(join(stage.objects, syntheticPlaylist(3)));
    await stage.place(segmentKey(2, 0), Buffer.alloc(0));
    await stage.place('left-over.ts', Buffer.from('of somebody else'));
    const found = await verify(stage.destination);
    expect(found.code).toBe(2);
    expect(found.report).toMatchObject({ videos: 7, whole: 5, problems: 2 });
    expect(found.report.notWhole).toMatchObject([
      { problems: [{ code: 'verify.missing', key: segmentKey(1, 2) }] },
      { problems: [{ code: 'verify.wrong-body', key: segmentKey(2, 0) }] },
    ]);
    expect(found.report.extra.keys).toContain('left-over.ts');

    const wanted = await verify(catalogue, stage.destination, '--state', stage.stateDir);
    expect(wanted.report).toMatchObject({ videos: 8, whole: 5, problems: 3 });
    const codes = wanted.report.notWhole.flatMap(({ problems }) => problems.map(({ code }) => code));
    expect(codes.toSorted()).toEqual(['verify.missing', 'verify.missing', 'verify.size']);
    const { stdout } = await runFlants(['verify', catalogue, stage.destination], { env: stage.env });
    expect(stdout).toMatch(/of 8 whole, \d problems/);
    expect(stdout).toContain('Named by no playlist: ');
  });

  it('names a segment that is cut off by its odd size, and looks into all files with --peek', async () => {
    const packets = Buffer.alloc(10 * 188, Buffer.alloc(188).fill(0x47, 0, 1));
    const box = (type: string): Buffer => Buffer.from(`\0\0\0\x10${type}12345678`, 'latin1');
    const objects = {
      'cut/master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nts.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nmp4.m3u8\n',
      'cut/ts.m3u8': '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n',
      'cut/mp4.m3u8':
        '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:2,\n0.m4s\n#EXT-X-ENDLIST\n',
      'cut/0.ts': packets,
      'cut/1.ts': packets.subarray(0, 1000),
      'cut/init.mp4': Buffer.concat([box('ftyp'), box('moov')]),
      'cut/0.m4s': Buffer.concat([box('moof'), box('mdat')]).subarray(0, 30),
    };
    for (const [key, body] of Object.entries(objects)) await stage.place(key, Buffer.from(body));
    stage.clear();
    const usual = await verify(`${stage.destination}/cut/`);
    const keysOf = ({ report }: typeof usual): readonly string[] =>
      report.notWhole.flatMap(({ problems }) => problems.map(({ code, key }) => `${code} ${key}`));
    expect([usual.code, keysOf(usual)]).toEqual([2, ['verify.size 1.ts']]);
    const asked = stage.requests.filter(({ method, path }) => method === 'GET' && /\.(?:ts|mp4|m4s)/.test(path));
    expect(asked.map(({ path }) => path.replace(/.*\//, ''))).toEqual(['1.ts']);
    expect(keysOf(await verify(`${stage.destination}/cut/`, '--peek'))).toEqual([
      'verify.size 0.m4s',
      'verify.size 1.ts',
    ]);
    for (const key of Object.keys(objects)) await rm(join(stage.objects, key));
  });

  it('calls no catalogue whole of which a row is no video, or one that cannot be copied', async () => {
    const odd = join(stage.scratch, 'odd.ndjson');
    const [first] = syntheticCatalogue(library, stage.origin.url).split('\n');
    const folder = JSON.stringify({ id: 'folder', playlistUrl: `${stage.origin.url}/class/42/` });
    await writeFile(odd, `${first}\n{"id":"lost"}\n${folder}\n`);
    const { code, report } = await verify(odd, stage.destination);
    expect(code).toBe(2);
    expect(report).toMatchObject({
      videos: 1,
      whole: 1,
      refusedRows: [
        { row: 2, id: 'lost', failure: { code: 'catalogue.row' } },
        { row: 3, id: 'folder', failure: { code: 'key.unusable' } },
      ],
    });
    const { stdout } = await runFlants(['verify', odd, stage.destination], { env: stage.env });
    expect(stdout).toContain('Rows refused:\n  row 2 has no playlistUrl [catalogue.row]\n');
  });

  it('says that there is nothing below a wrong prefix', async () => {
    const { code, stderr } = await runFlants(['verify', `${stage.destination}/nowhere/`], { env: stage.env });
    expect([code, stderr]).toEqual([1, expect.stringContaining('is the prefix right?')]);
  });

  it('takes a folder too', async () => {
    const { code, stdout } = await runFlants(['verify', stage.objects]);
    expect(code).toBe(2);
    expect(stdout).toContain('5 of 7 whole');
  });

  it('takes a playlist for one, though it is written as a prefix', async () => {
    const name = 'odd/manifest(format=m3u8-aapl)';
    await stage.place('odd/0.ts', Buffer.alloc(188, 0x47));
    await stage.place(name, Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n'));
    const verified = await runFlants(['verify', `${stage.destination}/${name}`], { env: stage.env });
    // It is whole, but the store was not told what it is, and its name does not say so.
    expect(verified).toMatchObject({ code: 2, stdout: expect.stringContaining(`${name}: whole, but some players`) });
    const { code, report } = await verify(`${stage.destination}/odd`);
    expect(code).toBe(2);
    expect(report).toMatchObject({ videos: 1, whole: 1, delivery: [{ code: 'verify.type', level: 'fault' }] });
  });
});
