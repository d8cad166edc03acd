import { afterEach, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { MiB } from '../../src/domain/units.ts';
import { mediaPlaylist, randomBytesOf, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import type { Behaviour } from '../servers/origin.ts';
import { saidBy } from './refusal.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 6, fileBytes: 1_000, seed: 'outage' };
const playlist = syntheticPlaylist(0);

/** Away for so many requests: more than all that is asked for has tries. */
function outage(requests: number): () => boolean {
  let left = requests;
  return () => left-- > 0;
}

describe('server errors of a whole side for some time', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  const expectWhole = async (): Promise<void> => {
    const copied = await stage.copy(playlist, '--json');
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    const report = JSON.parse((await stage.run('report')).stdout) as LibraryReport;
    expect(report.totals).toMatchObject({ videos: { published: 1 } });
  };

  it('at the source are waited out: no file is charged, and the playlist neither', async () => {
    const isAway = outage(8);
    const bad: Behaviour = { kind: 'status', status: 502 };
    stage = await openStage({ destination: 'folder', library, rule: () => (isAway() ? bad : undefined) });
    await expectWhole();
  });

  it('at the source, of segments alone, are waited out', async () => {
    const isAway = outage(3 * 6 + 2);
    const bad: Behaviour = { kind: 'status', status: 503 };
    const rule = ({ path }: { readonly path: string }): Behaviour | undefined =>
      path.endsWith('.ts') && isAway() ? bad : undefined;
    stage = await openStage({ destination: 'folder', library, rule });
    await expectWhole();
  });

  it('at the destination are waited out', async () => {
    stage = await openStage({ destination: 'versitygw', library });
    const isAway = outage(3 * 7 + 2);
    stage.answer(({ path }) => ((path.endsWith('.ts') || stage.puts().length > 0) && isAway() ? 500 : undefined));
    await expectWhole();
  });

  it('at the destination, for one part of a large file in three, cost no more than these parts', async () => {
    const body = randomBytesOf('large', 34 * MiB);
    stage = await openStage({
      destination: 'versitygw',
      files: { '/large/index.m3u8': mediaPlaylist(['large.ts']), '/large/large.ts': body },
    });
    let parts = 0;
    stage.answer(({ method, path }) =>
      method === 'PUT' && path.endsWith('/large.ts') && parts++ % 3 === 0 ? 503 : undefined,
    );
    const copied = await stage.copy('/large/index.m3u8');
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(0);
    expect(stage.origin.countOf('/large/large.ts')).toBe(1);
    expect(parts).toBeGreaterThan(5);
    expect(body.equals((await stage.object('large/large.ts')) ?? Buffer.of())).toBe(true);
  });
});
