import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/progress/event.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { syntheticCatalogue, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 4, filesPerVideo: 150, fileBytes: 2_000, seed: 'budget' };
/** Of one batch. */
const maxOver = 100;
const rest = library.videos * library.filesPerVideo;

let stage: Stage;
let catalogue: string;

async function copied(...flags: readonly string[]): Promise<{
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: LibraryReport;
}> {
  const path = join(stage.scratch, 'report.json');
  const result = await stage.copy(catalogue, '--report', path, ...flags);
  return { ...result, report: JSON.parse(await readFile(path, 'utf8')) as LibraryReport };
}

/** One story, told step by step: each test goes on where the one before it ended. */
describe('a copy with a budget', patient, () => {
  let spentFiles = 0;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', library });
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  });
  afterAll(() => stage.close());

  it('of files stops when they are copied, publishes what is whole, and says how to go on', async () => {
    const { code, stdout, stderr, report } = await copied('--budget', '200files');
    expect(code).toBe(4);
    expect(stderr).toContain('the budget is spent (files): batches in progress finish');
    expect(stderr).toMatch(/the budget is spent; go on with: flants copy .* --budget 200files\n$/);
    const { spent, reached } = report.budget ?? {};
    expect(reached).toBe('files');
    spentFiles = spent?.files ?? 0;
    expect(spentFiles).toBeGreaterThanOrEqual(200);
    expect(spentFiles).toBeLessThan(200 + maxOver);
    expect(spent?.bytes).toBe(spentFiles * library.fileBytes);
    expect(stdout).toContain(`Spent in this run: ${spentFiles} files of 200, `);
    // A video is published where all of its files came within the budget, and no other one is.
    for (let video = 0; video < library.videos; video++) {
      const known = report.videos.find(({ id }) => id === `video-00${video}`);
      const isWhole = known !== undefined && known.files.done === library.filesPerVideo;
      expect((await stage.object(syntheticPlaylist(video).slice(1))) !== undefined).toBe(isWhole);
    }
  });

  it('of bytes goes on from there, copies nothing twice, and stops within a batch again', async () => {
    const { code, report } = await copied('--budget', '100K');
    expect(code).toBe(4);
    const spent = report.budget?.spent;
    expect(report.budget?.reached).toBe('bytes');
    expect(spent?.bytes).toBeGreaterThanOrEqual(100 * 1024);
    expect(spent?.bytes).toBeLessThan(100 * 1024 + maxOver * library.fileBytes);
    spentFiles += spent?.files ?? 0;
  });

  it('of dollars counts what leaves the source at its price', async () => {
    // 0.002 dollars a file of 2,000 bytes.
    const { code, report } = await copied('--budget', '0.1USD', '--egress-price', '1000');
    const spent = report.budget?.spent;
    expect(spent?.dollars).toBeCloseTo((spent?.files ?? 0) * 0.002, 8);
    expect(spent?.dollars).toBeGreaterThanOrEqual(0.1);
    expect(spent?.files).toBeLessThan(50 + maxOver);
    expect(code).toBe(4);
    spentFiles += spent?.files ?? 0;
  });

  it('that is enough for the rest is not reached, and ends as any copy does', async () => {
    const { code, stdout } = await stage.copy(catalogue, '--json', '--budget', `1G,${rest}files`);
    expect(code).toBe(0);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Extract<RunEvent, { type: 'finished' }>;
    expect(last.budget).toMatchObject({ spent: { files: rest - spentFiles } });
    expect(last.budget).not.toHaveProperty('reached');
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });

  it('that nothing could reach, or that nobody understands, is refused', async () => {
    const free = await stage.copy(catalogue, '--budget', '1USD');
    expect(free.code).toBe(1);
    expect(free.stderr).toContain('a copy to a folder costs none: add --egress-price');
    const odd = await stage.copy(catalogue, '--budget', '12 parsecs');
    expect(odd.stderr).toContain(
      'expected bytes such as 50G or 2T, files such as 100000files, or dollars such as 20USD',
    );
  });
});
