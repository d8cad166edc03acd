import { expect, it } from 'vitest';
import { noVideos } from '../../../test/cli/no-videos.ts';
import { failureWith } from '../../domain/failure.ts';
import { renderDetail, renderLibraryStatus, renderListed } from './library.ts';

const files = { total: 1200, done: 1190, failed: 10, accepted: 0 };
const failure = failureWith('source.not-found', 'GET https://cdn.example/a.ts: 404');

it('lists a video in one line', () => {
  const line = renderListed({
    id: 'class-42',
    title: 'Algebra\n1',
    playlistUrl: 'https://cdn.example/42/master.m3u8',
    state: 'incomplete',
    files,
    fresh: true,
  });
  expect(line).toBe(`${'class-42'.padEnd(32)}  incomplete   99%  1,190 of 1,200, 10 failed  fresh  Algebra 1`);
});

it('tells how far a library has come, what failed, and how to go on', () => {
  const text = renderLibraryStatus(
    {
      format: 1,
      destination: 's3://media/vod',
      at: '2026-01-31T00:00:00.000Z',
      totals: { videos: { ...noVideos, published: 20_000, incomplete: 3 }, files },
      causes: [
        { code: 'source.not-found', files: 10, videos: 3, example: { video: 'class-42', key: '42/a.ts', failure } },
      ],
      scan: {
        startedAt: '2026-01-31T00:00:00.000Z',
        rows: 20_010,
        taken: 20_003,
        refused: 7,
        warnings: 12,
        withdrawn: 1,
      },
    },
    'flants retry s3://media/vod --journal s3://media-private/journal',
  );
  expect(text).toBe(`Library at s3://media/vod
20,003 videos: 20,000 published, 3 incomplete
1,200 files: 1,190 there, 10 failed
Catalogue at 2026-01-31T00:00:00.000Z: 20,010 rows, 20,003 taken; 7 refused, 12 rows with a warning, 1 video withdrawn: flants report names them
Failed:
  source.not-found: 10 files of 3 videos, such as class-42: 42/a.ts: GET https://cdn.example/a.ts: 404
  next:
    flants retry s3://media/vod --journal s3://media-private/journal
`);
});

it.each([
  [3, 'Catalogue at 2026-01-31T00:00:00.000Z: 3 rows, none is a video that could be copied; 3 refused'],
  [2, 'Catalogue at 2026-01-31T00:00:00.000Z: 3 rows, 1 taken; 2 refused'],
])('shows why rows were refused: %i of 3', (refused, line) => {
  const refusedExample = { row: 1, failure: failureWith('catalogue.row', 'row 1 has no playlistUrl') };
  const counts = { startedAt: '2026-01-31T00:00:00.000Z', rows: 3, taken: 3 - refused, warnings: 0, withdrawn: 0 };
  const totals = { videos: noVideos, files: { total: 0, done: 0, failed: 0, accepted: 0 } };
  const status = {
    format: 1,
    destination: 's3://media/vod',
    at: '2026-01-31T00:00:00.000Z',
    totals,
    causes: [],
  } as const;
  expect(renderLibraryStatus({ ...status, scan: { ...counts, refused, refusedExample } }, 'flants retry')).toBe(
    `Library at s3://media/vod
0 videos
0 files: 0 there
${line}: flants report names them
Refused rows, such as:
  row 1 has no playlistUrl [catalogue.row]
`,
  );
});

it('tells all of a video', () => {
  const text = renderDetail({
    report: {
      id: 'class-42',
      playlistUrl: 'https://cdn.example/42/master.m3u8',
      state: 'incomplete',
      playlistKey: '42/master.m3u8',
      files,
      sizeBytes: 3 * 1024 ** 2,
      failures: [{ key: '42/a.ts', url: 'https://cdn.example/a.ts', failure, tries: 1 }],
      external: [],
      warnings: [],
    },
    decisions: [
      { type: 'submitted', at: '2026-01-31T00:00:00.000Z', playlistUrl: 'https://cdn.example/42/master.m3u8' },
      { type: 'prioritised', at: '2026-02-01T00:00:00.000Z', fresh: true },
    ],
    leases: [{ kind: 'batch', files: 1 }],
  });
  expect(text).toBe(`class-42: incomplete
  playlist      https://cdn.example/42/master.m3u8
  goes to       42/master.m3u8
  files         1,190 of 1,200 there (3.00 MiB)
Failed:
  42/a.ts: GET https://cdn.example/a.ts: 404 [source.not-found]
Under way:
  batch of 1 file
Decided:
  2026-01-31T00:00:00.000Z  submitted  https://cdn.example/42/master.m3u8
  2026-02-01T00:00:00.000Z  prioritised  before the backlog`);
});
