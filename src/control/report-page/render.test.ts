import { describe, expect, it } from 'vitest';
import { failureWith } from '../../domain/failure.ts';
import type { VideoReport } from '../../domain/report/copy.ts';
import { bytesText, shareText, timeText } from './format.ts';
import { gatherVideos, pageLimits } from './gather.ts';
import type { PageData } from './gather.ts';
import { renderReportPage } from './render.ts';

const lost = failureWith('source.not-found', 'it is not there', { status: 404 });
const failedFile = { key: 'a/1.ts', url: 'https://cdn.example/a/1.ts', failure: lost, tries: 1 };

function report(id: string, changes: Partial<VideoReport> = {}): VideoReport {
  return {
    id,
    playlistUrl: `https://cdn.example/${id}.m3u8`,
    state: 'published',
    files: { total: 10, done: 10, failed: 0, accepted: 0 },
    sizeBytes: 1_000_000,
    failures: [],
    external: [],
    warnings: [],
    ...changes,
  };
}

const incomplete = (id: string): VideoReport =>
  report(id, {
    state: 'incomplete',
    files: { total: 10, done: 9, failed: 1, accepted: 0 },
    failures: [failedFile],
  });

function pageOf(reports: Iterable<VideoReport>, more: Partial<PageData> = {}): string {
  const gathered = gatherVideos();
  let onTheWayMs = 0;
  for (const each of reports)
    gathered.add(each, each.state === 'published' ? { onTheWayMs: (onTheWayMs += 1_000) } : {});
  return renderReportPage({
    ...gathered.result(),
    destination: 's3://media/vod',
    at: '2026-11-30T03:00:00.000Z',
    runs: [],
    ...more,
  });
}

describe('the report for people', () => {
  it('begins with what a director asks first', () => {
    expect(pageOf([report('a'), report('b')])).toContain('All 2 videos are published.');
    expect(pageOf([report('a'), incomplete('b'), report('c', { state: 'copying' })])).toContain(
      '1 of 3 videos is published. 1 needs a decision, 1 is not done yet.',
    );
    expect(pageOf([])).toContain('There are no videos yet.');
  });

  it('names causes in words, acceptances with their reason, and the longest on the way', () => {
    const accepted = report('b', {
      files: { total: 10, done: 9, failed: 1, accepted: 1 },
      failures: [{ ...failedFile, acceptedBecause: 'lost at the origin' }],
    });
    const page = pageOf([report('a'), accepted, incomplete('c')]);
    expect(page).toContain('Not found at the source<small>source.not-found</small>');
    expect(page).toContain('<td>lost at the origin</td>');
    expect(page).toContain('93 % of 30, 1 failed, 1 accepted');
    // An accepted file is not in place.
    expect(pageOf([accepted])).toContain('90 %<small>9 of 10</small>');
    expect(page).toMatch(/Longest on the way.*<td>b<\/td><td class="number">2 s<\/td>.*<td>a<\/td>/s);
  });

  it('shows what needs attention first, and so many videos at the most', () => {
    function* library(): Generator<VideoReport> {
      for (let number = 0; number < 20_000; number++) yield report(`v${number}`);
      yield incomplete('the-one');
    }
    const page = pageOf(library());
    expect(page).toContain(`The first ${pageLimits.videos} of 20,001.`);
    expect(page.indexOf('<td>the-one</td>')).toBeLessThan(page.indexOf('<td>v0</td>'));
    expect(page.length).toBeLessThan(400_000);
  });

  it('shows time, rate and dollars where they are known', () => {
    const run = { copied: 10, unchanged: 0, failed: 0, copiedBytes: 3_600_000_000, durationMs: 3_600_000 };
    const startedAt = '2026-11-30T00:00:00.000Z';
    const finished = { startedAt, endedAt: startedAt, version: '1', exitCode: 0, run };
    const gathered = gatherVideos().result();
    const page = pageOf([report('a')], { runs: [{ ...finished, totals: gathered.totals }] });
    expect(page).toMatch(/<dt>Time<\/dt><dd>1 h<small>in 1 run/);
    expect(page).toContain('<dd>1 MB/s');
    expect(page).not.toContain('AWS Lambda');
  });

  it('takes no text for markup, and nothing from elsewhere', () => {
    const page = pageOf([report('a', { title: '<img src=x onerror=alert(1)>"', warnings: ['<script>'] })]);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;');
    expect(page).not.toMatch(/<script|<link|src="http/);
  });

  it('has a column of pictures where there is one', () => {
    const page = (poster?: string): string => {
      const [video] = gatherVideosOf(report('a'));
      const shown = video ? [{ ...video, ...(poster === undefined ? {} : { poster }) }] : [];
      return pageOf([report('a')], { videos: { shown, count: 1 } });
    };
    expect(page('data:image/jpeg;base64,AAAA')).toContain('<img src="data:image/jpeg;base64,AAAA" alt=""');
    expect(page()).not.toContain('Picture');
  });
});

function gatherVideosOf(...reports: readonly VideoReport[]) {
  const gathered = gatherVideos();
  for (const each of reports) gathered.add(each, {});
  return gathered.result().videos.shown;
}

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_530_000, '1.53 MB'],
  [2_000_000_000_000, '2 TB'],
  [5_300_000_000_000_000, '5300 TB'],
])('%i bytes are %s', (sizeBytes, text) => {
  expect(bytesText(sizeBytes)).toBe(text);
});

it.each([
  [400, 'less than a second'],
  [45_000, '45 s'],
  [7_740_000, '2 h 9 min'],
  [90_000_000, '1 d 1 h'],
  [86_400_000, '1 d'],
])('%i ms are %s', (milliseconds, text) => {
  expect(timeText(milliseconds)).toBe(text);
});

it('a share is 100 only if nothing is missing', () => {
  expect([shareText(999, 1_000), shareText(1_000, 1_000), shareText(0, 0)]).toEqual(['99 %', '100 %', '0 %']);
});
