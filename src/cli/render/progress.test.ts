import { describe, expect, it } from 'vitest';
import { noVideos } from '../../../test/cli/no-videos.ts';
import type { ActiveVideo, Progress } from '../../domain/progress/event.ts';
import { renderProgress, renderProgressLine } from './progress.ts';
import { textWidth } from '../text-width.ts';

const progress: Progress = {
  totals: {
    videos: { ...noVideos, waiting: 4, copying: 4, incomplete: 1, published: 3 },
    files: { total: 19_000, done: 12_345, failed: 2, accepted: 0 },
  },
  run: { copied: 12_000, unchanged: 345, failed: 2, copiedBytes: 1_610_612_736, durationMs: 131_000 },
  bytesPerSecond: 12_582_912,
  filesPerSecond: 345.2,
  remainingMs: 185_000,
  expectedFiles: 28_500,
  uncrawled: 4,
};

const active: readonly ActiveVideo[] = [
  { video: 'class-42', done: 500, total: 1000 },
  { video: 'class-43', done: 0, total: 12 },
];

describe('progress', () => {
  it('begins before anything is known', () => {
    expect(renderProgress({}, 80)).toBe('reading the sources …');
  });

  it('says when the time left is a guess', () => {
    const guessed: Progress = { ...progress, remainingIsGuess: true };
    expect(renderProgress({ progress: guessed }, 90)).toContain(', about 3 min left');
    expect(renderProgressLine(guessed)).toMatch(/, about 3 min left$/);
  });

  it('counts the videos that the catalogue still hides', () => {
    expect(renderProgress({ progress: { ...progress, uncrawled: 104 } }, 90)).toContain(
      '3 of 112 published, 104 to plan',
    );
  });

  it('says one where it is one', () => {
    expect(renderProgress({ progress: { ...progress, filesPerSecond: 0.8 } }, 90)).toContain(', 1 file/s, ');
    expect(renderProgress({ progress: { ...progress, filesPerSecond: 0 } }, 90)).toContain(', 0 files/s, ');
  });

  it('shows videos, files, speed, and a bar for each active video', () => {
    expect(renderProgress({ progress: { ...progress, active } }, 90)).toBe(
      [
        'videos  3 of 12 published, 4 to plan, 1 incomplete',
        'files   ████████████░░░░░░░░░░░░░░░░░░  43%  12,345 of about 28,500, 2 failed',
        'speed   12.0 MiB/s, 345 files/s, 1.50 GiB in 2 min 11 s, 3 min 05 s left',
        '  class-42                        ███████████████░░░░░░░░░░░░░░░  50%  500 of 1,000',
        '  class-43                        ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0%  0 of 12',
      ].join('\n'),
    );
  });

  it('leaves out what nobody can tell and what is nothing', () => {
    const { remainingMs: _, expectedFiles: __, ...rest } = progress;
    const quiet: Progress = {
      ...rest,
      uncrawled: 0,
      totals: { videos: { ...noVideos, copying: 1 }, files: { total: 0, done: 0, failed: 0, accepted: 0 } },
    };
    expect(renderProgress({ progress: quiet }, 60)).toBe(
      [
        'videos  0 of 1 published',
        'files   ░░░░░░░░░░░░░░░░░░░░   0%  0 of 0',
        'speed   12.0 MiB/s, 345 files/s, 1.50 GiB in 2 min 11 s',
      ].join('\n'),
    );
  });

  it('shows a few videos and counts the others', () => {
    const many = Array.from({ length: 6 }, (_, index) => ({ video: `v${index}`, done: index, total: 10 }));
    const lines = renderProgress({ progress: { ...progress, active: many } }, 80).split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe('  and 2 more');
  });

  it('ends with the notice', () => {
    expect(renderProgress({ progress, notice: 'finishing the files in flight' }, 80).split('\n').at(-1)).toBe(
      'finishing the files in flight',
    );
  });

  it.each([10, 20, 40, 80, 200])('is never wider than %d columns', (columns) => {
    const wide = [{ video: '日本語の授業'.repeat(20), done: 1, total: 3 }];
    for (const line of renderProgress(
      { progress: { ...progress, active: wide }, notice: 'n'.repeat(300) },
      columns,
    ).split('\n')) {
      expect(textWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it('lets no id break its lines', () => {
    const lines = renderProgress(
      { progress: { ...progress, active: [{ video: 'a\nb\u001b[2J', done: 1, total: 3 }] } },
      80,
    ).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]).not.toContain('\u001b');
  });
});

it('fits in one line for logs', () => {
  expect(renderProgressLine(progress)).toBe(
    '43%: 12,345 of about 28,500 files, 1.50 GiB copied at 12.0 MiB/s, 3 of 12 videos published, 4 to plan, 2 failed, 3 min 05 s left',
  );
});
