import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanReport } from '../../src/domain/report/plan.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe('videos that somebody holds', patient, () => {
  let stage: Stage;
  let catalogue: string;
  beforeAll(async () => {
    const ids = ['begun', 'cancelled', 'free'];
    const files = ids.flatMap((id) => [
      [`/${id}/index.m3u8`, mediaPlaylist(['a.ts', 'b.ts'])],
      [`/${id}/a.ts`, 'media'],
      ...(id === 'begun' ? [] : [[`/${id}/b.ts`, 'media']]),
    ]);
    stage = await openStage({ destination: 'folder', files: Object.fromEntries(files) });
    catalogue = join(stage.scratch, 'videos.ndjson');
    const rows = ids.map((id) => ({ id, url: `${stage.origin.url}/${id}/index.m3u8` }));
    await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    expect((await stage.copy(catalogue, '--ids', 'begun')).code).toBe(2);
    expect((await stage.run('submit', `${stage.origin.url}/cancelled/index.m3u8`, '--id', 'cancelled')).code).toBe(0);
    expect((await stage.run('pause', 'begun')).code).toBe(0);
    expect((await stage.run('cancel', 'cancelled')).code).toBe(0);
  });
  afterAll(() => stage.close());

  it('are not read by a plan, and counted apart', async () => {
    const words = ['plan', catalogue, stage.destination, '--state', stage.stateDir];
    const from = stage.origin.requests.length;
    const { code, stdout } = await runFlants(words, { env: stage.env });
    expect(code).toBe(2);
    expect(stdout).toContain(
      'Videos     3: 1 to copy, 2 paused or cancelled\nFiles      4: 1 there, 1 in held videos, 2 to copy\n',
    );
    const paths = stage.origin.requests.slice(from).map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('/free/'))).toEqual([]);
    const report = JSON.parse((await runFlants([...words, '--json'], { env: stage.env })).stdout) as PlanReport;
    expect(report.videos).toMatchObject({ toCopy: { value: 1 }, held: { value: 2 } });
    expect(report.files).toMatchObject({ there: { value: 1 }, held: { value: 1 }, toCopy: { value: 2 } });
  });

  it('stay as they are, by a dry run as by the copy that follows', async () => {
    const dry = await stage.copy(catalogue, '--dry-run');
    expect(dry.stdout).toContain('3 videos: 1 to copy, 1 paused, 1 cancelled\n4 files: 1 there');
    const copied = await stage.copy(catalogue);
    expect(copied.stdout).toContain('3 videos: 1 published, 1 paused, 1 cancelled\n4 files: 3 there');
    expect({ dry: dry.code, copied: copied.code }).toEqual({ dry: 2, copied: 2 });
  });
});
