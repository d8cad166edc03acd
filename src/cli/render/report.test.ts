import { describe, expect, it } from 'vitest';
import { noVideos } from '../../../test/cli/no-videos.ts';
import { failureWith } from '../../domain/failure.ts';
import type { FailedFile, LibraryReport, RunCounts, VideoReport } from '../../domain/report/copy.ts';
import { renderStatus, renderSummary } from './report.ts';

const context = { stateArguments: 's3://media/vod', stateDir: '/state/media-vod-12345678' };

function video(id: string, more: Partial<VideoReport> = {}): VideoReport {
  return {
    id,
    playlistUrl: `https://cdn.example/${id}/master.m3u8`,
    state: 'published',
    files: { total: 10, done: 10, failed: 0, accepted: 0 },
    sizeBytes: 1024 * 1024,
    failures: [],
    external: [],
    warnings: [],
    ...more,
  };
}

function failed(key: string, more: Partial<FailedFile> = {}): FailedFile {
  return {
    key,
    url: `https://cdn.example/${key}`,
    failure: failureWith('source.not-found', 'answered 404'),
    tries: 1,
    ...more,
  };
}

function library(videos: readonly VideoReport[], more: Partial<LibraryReport> = {}): LibraryReport {
  const sum = (of: (each: VideoReport) => number): number => videos.reduce((total, each) => total + of(each), 0);
  const counts = { ...noVideos };
  for (const { state } of videos) counts[state]++;
  return {
    format: 1,
    destination: 's3://media/vod',
    at: '2026-11-23T12:00:00Z',
    totals: {
      videos: counts,
      files: {
        total: sum((v) => v.files.total),
        done: sum((v) => v.files.done),
        failed: sum((v) => v.files.failed),
        accepted: sum((v) => v.files.accepted),
      },
    },
    videos,
    refusedRows: [],
    unguarded: [],
    ...more,
  };
}

describe('a summary', () => {
  it('of what is whole is short', () => {
    const run = { copied: 18, unchanged: 2, failed: 0, copiedBytes: 2 * 1024 * 1024, durationMs: 4000 };
    expect(renderSummary(library([video('a'), video('b')], { run }), context)).toBe(
      [
        '2 videos: 2 published',
        '20 files: 20 there (2.00 MiB)',
        'This run: 18 copied (2.00 MiB), 2 unchanged, in 4.0 s, 512 KiB/s',
        'State: /state/media-vod-12345678',
        '',
      ].join('\n'),
    );
  });

  it('says that there was nothing to do, and no rate where nothing was sent', () => {
    const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs: 100 };
    const line = (counts: Partial<RunCounts>): string | undefined =>
      /^This run: .*$/m.exec(renderSummary(library([video('a')], { run: { ...run, ...counts } }), context))?.[0];
    expect(line({})).toBe('This run: nothing to copy, in 0.1 s');
    expect(line({ unchanged: 2 })).toBe('This run: 0 copied (0 B), 2 unchanged, in 0.1 s');
  });

  it('does not say that there was nothing to do where a run was stopped before it did anything', () => {
    const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs: 100 };
    const text = renderSummary(library([video('a', { state: 'waiting' }), video('b')], { run }), context);
    expect(text).toContain('This run: nothing was copied yet, in 0.1 s\n');
  });

  it('gives words that a shell takes as they are', () => {
    const failures = [failed("a/it's.ts")];
    const text = renderSummary(
      library([
        video('class 42', { state: 'incomplete', files: { total: 1, done: 0, failed: 1, accepted: 0 }, failures }),
      ]),
      context,
    );
    expect(text).toContain(`\n    flants accept s3://media/vod 'class 42' 'a/it'\\''s.ts' --reason TEXT\n`);
  });

  it('names recordings that are not over, and says how to go on', () => {
    const live = { playlistUrl: 'https://h/v.m3u8', unchangedSince: '2026-11-23T11:00:00.000Z' };
    const files = { total: 0, done: 0, failed: 0, accepted: 0 };
    const report = library([video('a'), video('b', { state: 'live', live, files, sizeBytes: 0 })]);
    const text = renderSummary(report, context);
    expect(text).toContain('2 videos: 1 published, 1 live\n');
    expect(text).toContain(
      'Live: not over yet:\n  b: https://h/v.m3u8 has no EXT-X-ENDLIST; unchanged since 2026-11-23T11:00:00.000Z\n  next: run the same copy again',
    );
    expect(renderStatus(report, { ...context, all: false, isCluster: true })).toContain(
      'nothing to do, they are looked at again',
    );
  });

  it('names what failed, what was accepted and what is odd', () => {
    const videos = [
      video('a', {
        state: 'incomplete',
        files: { total: 10, done: 8, failed: 2, accepted: 1 },
        failures: [failed('a/1.ts'), failed('a/2.ts', { acceptedBecause: 'lost' })],
      }),
      video('b', {
        state: 'invalid',
        files: { total: 0, done: 0, failed: 0, accepted: 0 },
        sizeBytes: 0,
        invalid: failureWith('hls.not-a-playlist', 'is a page'),
      }),
      video('c', {
        external: [
          {
            playlistUrl: 'https://cdn.example/c/master.m3u8',
            line: 7,
            tag: '#EXT-X-KEY',
            uri: 'skd://key',
            reason: 'not http',
          },
        ],
        warnings: ['no end list'],
      }),
    ];
    const report = library(videos, {
      refusedRows: [
        { row: 12, id: 'd', failure: failureWith('catalogue.row', 'row 12 has no URL') },
        { row: 0, id: 'e', failure: failureWith('catalogue.row', 'no source names the video e') },
      ],
      rowWarnings: { count: 1_234, rows: [{ row: 3, id: 'a', message: 'row 3 has a date that cannot be read' }] },
      unguarded: [
        'the destination does not honour If-Match: what another writer changes may be overwritten',
        'the destination does not check checksums: each object is compared',
      ],
      unkept: ['user metadata, by which copies are known', 'Cache-Control: others set it'],
    });
    expect(renderSummary(report, context)).toBe(
      [
        '3 videos: 1 published, 1 incomplete, 1 invalid',
        '20 files: 18 there (2.00 MiB), 2 failed, of which 1 accepted',
        'Failed:',
        '  a: a/1.ts: answered 404 [source.not-found]',
        '  next: run the same copy to try again, or publish without the file:',
        '    flants accept s3://media/vod a a/1.ts --reason TEXT',
        'Published without:',
        '  a: a/2.ts: answered 404 [source.not-found]; accepted: lost',
        'Not usable:',
        '  b: is a page [hls.not-a-playlist]',
        'Rows refused:',
        '  d: row 12 has no URL [catalogue.row]',
        '  no source names the video e [catalogue.row]',
        '1,234 rows with a part that cannot be read:',
        '  row 3 has a date that cannot be read',
        'Points outside the copy:',
        '  c: https://cdn.example/c/master.m3u8 line 7: skd://key (not http)',
        'Warnings:',
        '  c: no end list',
        'The destination does not honour If-Match or check checksums ("flants report" explains this)',
        'Not kept by the destination: user metadata, Cache-Control',
        'State: /state/media-vod-12345678',
        '',
      ].join('\n'),
    );
  });

  it('names twenty failures, counts the rest, and says where they stand', () => {
    const failures = Array.from({ length: 1025 }, (_, index) => failed(`a/${index}.ts`));
    const text = renderSummary(
      library([
        video('a', { state: 'incomplete', files: { total: 2000, done: 975, failed: 1025, accepted: 0 }, failures }),
      ]),
      context,
    );
    expect(text.match(/a: a\/\d+\.ts/g)).toHaveLength(20);
    expect(text).toContain('  … and 1,005 more: flants report s3://media/vod --format ndjson\n');
  });

  it('says that a dry run wrote nothing', () => {
    const text = renderSummary(
      library([video('a', { state: 'waiting', files: { total: 10, done: 0, failed: 0, accepted: 0 }, sizeBytes: 0 })]),
      { ...context, dryRun: true },
    );
    expect(text).toMatch(
      /^Dry run: nothing was written, neither to the destination nor to the state\.\n1 video: 1 to copy\n10 files: 0 there, 10 to copy\n/,
    );
  });
});

describe('a status', () => {
  const broken = video('a', {
    state: 'incomplete',
    files: { total: 1000, done: 998, failed: 2, accepted: 0 },
    failures: [failed('a/1.ts'), failed('a/2.ts')],
  });

  it('has sums, then a line for each video, with what needs attention first', () => {
    expect(renderStatus(library([video('class-1'), broken]), { ...context, all: false })).toMatch(
      /^2 videos: .*\n1,010 files: .*\n {2}a {8}incomplete {3}99% {2}998 of 1,000, 2 failed {2}1\.00 MiB\n {2}class-1 {2}published {3}100% {2}10 of 10 {2}1\.00 MiB\nFailed:\n/,
    );
  });

  it('of a long library that is whole is short', () => {
    const many = library(Array.from({ length: 5000 }, (_, index) => video(`class-${index}`)));
    expect(renderStatus(many, { ...context, all: false })).toBe(
      [
        '5,000 videos: 5,000 published',
        '50,000 files: 50,000 there (4.88 GiB)',
        '  … 5,000 videos, all of them published: flants status s3://media/vod --all',
        'State: /state/media-vod-12345678',
        '',
      ].join('\n'),
    );
    expect(renderStatus(many, { ...context, all: true }).split('\n')).toHaveLength(5004);
  });

  it('of a long library names what needs attention, and some of what is under way', () => {
    const published = Array.from({ length: 100 }, (_, index) => video(`class-${index}`));
    const copying = Array.from({ length: 30 }, (_, index) => video(`next-${index}`, { state: 'copying' }));
    const lines = renderStatus(library([...published, ...copying, broken]), { ...context, all: false }).split('\n');
    expect(lines[2]).toMatch(/^ {2}a +incomplete/);
    expect(lines[3]).toMatch(/^ {2}next-0 +copying/);
    expect(lines[22]).toBe('  … 111 more: flants status s3://media/vod --all');
    expect(renderStatus(library([...published, broken]), { ...context, all: false })).toContain(
      '\n  … 100 more, all of them published: flants status s3://media/vod --all\n',
    );
  });
});
