import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const names = ['art-1', 'art-2', 'math-1', 'math-2', 'math-trailer', 'old'];

describe('which videos of a catalogue are copied', patient, () => {
  let stage: Stage;
  let csv: string;
  beforeAll(async () => {
    const files = names.flatMap((name) => [
      [`/${name}/index.m3u8`, mediaPlaylist(['a.ts'])],
      [`/${name}/a.ts`, `media of ${name}`],
    ]);
    stage = await openStage({ destination: 'folder', files: Object.fromEntries(files) as Record<string, string> });
    const dates: Readonly<Record<string, string>> = { old: '2019-01-01', 'math-2': '' };
    csv = [
      'id;title;url;recordedAt',
      ...names.map(
        (name) => `${name};"${name}; a title";${stage.origin.url}/${name}/index.m3u8;${dates[name] ?? '2026-11-20'}`,
      ),
    ].join('\n');
    await writeFile(join(stage.scratch, 'videos.csv'), csv);
  });
  afterAll(() => stage.close());

  const planned = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const { stdout, stderr, code } = await stage.copy(
      join(stage.scratch, 'videos.csv'),
      '--dry-run',
      '--json',
      ...flags,
    );
    if (code === 1) throw new Error(stderr);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; video?: string });
    return events.filter(({ type }) => type === 'planned').map(({ video = '' }) => video);
  };

  it('is said by patterns, dates, and a sample that stays the same', async () => {
    expect(await planned('--include', 'math-*', '--exclude', '*trailer*')).toEqual(['math-1', 'math-2']);
    expect(await planned('--since', '2026-11-01')).toEqual(['art-1', 'art-2', 'math-1', 'math-trailer']);
    const sample = await planned('--sample', '3');
    expect(sample).toHaveLength(3);
    expect(await planned('--sample', '3', '--seed', '1')).toEqual(sample);
    expect(await planned('--sample', '4')).toEqual(expect.arrayContaining([...sample]));
  });

  it('is told where a person may not expect it', async () => {
    const dated = await stage.copy(join(stage.scratch, 'videos.csv'), '--dry-run', '--since', '2026-11-01');
    expect(dated.stderr + dated.stdout).toContain('--since leaves out 1 video without a date (recordedAt)');
    const none = await stage.copy(join(stage.scratch, 'videos.csv'), '--dry-run', '--include', 'nothing*');
    expect(none.stderr + none.stdout).toContain('no video is left: 6 by --include or --exclude');
  });

  it.each([
    [['--exlude', 'x'], '--exclude'],
    [['--sampel', '3'], '--sample'],
    [['--since', 'yesterday'], 'expected a date such as 2026-11-23, or a time before now such as 36h or 7d'],
    [['--seed', '3'], '--seed chooses which videos --sample takes'],
    [['--sample', '0'], 'expected a whole number from 1'],
  ])('is not guessed from %s', async (flags, hint) => {
    const { code, stderr } = await stage.copy(join(stage.scratch, 'videos.csv'), ...flags);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(hint) as string });
  });

  it('comes on standard input, is kept, and is asked for where nothing comes', async () => {
    const pipe = (input?: string): Promise<FlantsResult> =>
      runFlants(stage.copyArgs('-', '--include', 'art-*'), {
        env: stage.env,
        ...(input === undefined ? {} : { input }),
      });
    expect(await pipe(csv)).toMatchObject({ code: 0 });
    expect((await readdir(stage.objects)).toSorted()).toEqual(['art-1', 'art-2']);
    expect(await readdir(stage.stateDir)).toContain('stdin-catalogue.csv');
    const empty = await pipe();
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('standard input is empty') as string });
    expect((await pipe(csv)).stdout).toContain('2');
    const twice = await runFlants(['copy', '-', '-', stage.destination], { env: stage.env });
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('name it once') as string });
  });
});
