import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/progress/event.ts';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

/** One story, told step by step: each test goes on where the one before it ended. */
describe('a dry run', patient, () => {
  let stage: Stage;
  let catalogue: string;
  beforeAll(async () => {
    stage = await openStage({
      destination: 'folder',
      library: { videos: 2, filesPerVideo: 12, fileBytes: 2_000, seed: 'dry' },
    });
    catalogue = join(stage.scratch, 'videos.ndjson');
    const rows = [
      { id: 'first', url: `${stage.origin.url}${syntheticPlaylist(0)}` },
      { id: 'second', url: `${stage.origin.url}${syntheticPlaylist(1)}` },
      { id: 'none' },
    ];
    await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  });
  afterAll(() => stage.close());

  it('of a new library says what there is to copy, and makes no state', async () => {
    const { code, stdout } = await stage.copy(catalogue, '--dry-run', '--ids', 'first,second');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Dry run: nothing was written.*\n2 videos: 2 to copy\n24 files: 0 there, 24 to copy\n$/);
    expect((await stage.run('status')).stderr).toContain('there is no state in');
  });

  it('counts what was copied already', async () => {
    expect((await stage.copy(catalogue, '--ids', 'first')).code).toBe(0);
    const { code, stdout } = await stage.copy(catalogue, '--dry-run', '--ids', 'first,second');
    expect(code).toBe(0);
    expect(stdout).toContain('2 videos: 1 published, 1 to copy\n24 files: 12 there');
    expect(stdout).toContain(', 12 to copy\n');
    expect(stdout).toContain(`State: ${stage.stateDir}\n`);
  });

  it('keeps to the keys with which the library began', async () => {
    const refused = await stage.copy(catalogue, '--dry-run', '--token-params', 'pass');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--token-params adds pass');
  });

  it('tells of refused rows and unknown ids, also by its events and its exit code', async () => {
    expect((await stage.copy(catalogue, '--dry-run')).stdout).toContain(
      'Rows refused:\n  none: row 3 has no playlistUrl',
    );
    const { code, stdout } = await stage.copy(catalogue, '--dry-run', '--json', '--ids', 'second,nobody');
    expect(code).toBe(2);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events).toMatchObject([
      { type: 'planned', video: 'second', files: 12, documents: 1 },
      { type: 'row-refused', row: 3, id: 'none' },
      { type: 'warning', video: 'nobody' },
      { type: 'finished', exitCode: 2 },
    ]);
  });
});
