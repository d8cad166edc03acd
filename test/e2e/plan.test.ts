import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanReport } from '../../src/domain/report/plan.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { runFlants } from './flants.ts';
import { plannedLibraries } from './plan-libraries.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

/** Writes the catalogue of some rows, with URLs of the origin. */
async function catalogueOf(
  stage: Stage,
  rows: readonly { readonly id: string; readonly url?: string }[],
): Promise<string> {
  const path = join(stage.scratch, 'videos.ndjson');
  const lines = rows.map(({ id, url }) => ({ id, ...(url === undefined ? {} : { url: stage.origin.url + url }) }));
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

async function planOf(
  stage: Stage,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly report: PlanReport }> {
  const { code, stdout, stderr } = await runFlants(['plan', ...words, '--json', '--no-progress'], { env: stage.env });
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as PlanReport };
}

describe.each(plannedLibraries())('a plan, and what a copy then does: $name', patient, ({ files, rows }) => {
  let stage: Stage;
  let catalogue: string;
  let planned: Awaited<ReturnType<typeof planOf>>;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', files });
    catalogue = await catalogueOf(stage, rows);
    planned = await planOf(stage, catalogue, stage.destination, '--state', stage.stateDir, '--sample-files', '60');
  });
  afterAll(() => stage.close());

  it('writes nothing', async () => {
    expect(await readdir(stage.objects)).toEqual([]);
    expect((await stage.run('status')).stderr).toContain('there is no state in');
  });

  it('has the videos, the files and the playlists, and bytes within its error', async () => {
    const report = join(stage.scratch, 'report.json');
    const copied = await stage.copy(catalogue, '--report', report);
    const { totals, run, refusedRows } = JSON.parse(await readFile(report, 'utf8')) as LibraryReport;
    const plan = planned.report;
    expect(planned.code).toBe(copied.code);
    expect(plan.files.total).toEqual({ value: totals.files.total, error: 0 });
    expect(plan.files.objects).toEqual({ value: run?.copied, error: 0 });
    expect(plan.videos).toMatchObject({
      toCopy: { value: totals.videos.published },
      live: { value: totals.videos.live },
      refused: { value: totals.videos.invalid },
    });
    expect(plan.refusedRows.reduce((sum, { count }) => sum + count, 0)).toBe(refusedRows.length);
    const offBytes = Math.abs(plan.sizeBytes.value - (run?.copiedBytes ?? 0));
    expect(offBytes).toBeLessThanOrEqual(plan.sizeBytes.error);
    // Not because the error is as large as the library.
    expect(plan.sizeBytes.error).toBeLessThan(0.2 * plan.sizeBytes.value);
  });

  it('says afterwards that nothing is left', async () => {
    const { report } = await planOf(stage, catalogue, stage.destination, '--state', stage.stateDir);
    expect(report.files).toMatchObject({ toCopy: { value: 0 }, objects: { value: 0 }, there: report.files.total });
    expect(report.sizeBytes).toEqual({ value: 0, error: 0 });
    expect(report.sample.asked).toBe(0);
  });
});
