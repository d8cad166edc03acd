import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { FileCounts, LiveSnapshot } from '../api/contract.ts';
import { useLive } from '../live/use-live.ts';
import { listAddress } from '../views/addresses.ts';
import {
  formatAbout,
  formatAboutCount,
  formatBytes,
  formatCount,
  formatCounted,
  formatDuration,
} from '../../../src/domain/report/amount-text.ts';
import { formatPercent } from './format.ts';
import { ProgressBar } from './progress-bar.tsx';
import { RateChart } from './rate-chart.tsx';

/** How far, how fast, and how long still. */
export function Headline(): ReactNode {
  const totals = useLive((now) => now.totals);
  const progress = useLive((now) => now.progress);
  const isCounting = useLive((now) => now.isCounting);
  const destination = useLive((now) => now.destination);
  if (!totals || !progress) return null;
  const { files, videos } = totals;
  const { uncrawled, expectedFiles } = progress;
  const allFiles =
    expectedFiles === undefined ? formatCounted(files.total, 'file') : `${formatAboutCount(expectedFiles)} files`;
  const total = expectedFiles ?? files.total;
  const allVideos = Object.values(videos).reduce((sum, count) => sum + count, 0);
  return (
    <section aria-label="How far it is">
      <div className="headline">
        <div>
          <p className="share">
            {formatPercent(files.done + files.accepted, total)}
            <small>%</small>
          </p>
          <p className="said">
            <strong>{formatCount(files.done)}</strong> of {allFiles} and{' '}
            <Link href={listAddress({ states: ['published'], text: '', sort: 'title', order: 'asc' })}>
              <strong>{formatCount(videos.published)}</strong> of {formatCounted(allVideos, 'video')}
            </Link>{' '}
            are in place at <span className="wrap">{destination}</span>.{' '}
            {isCounting ? 'The library is still being counted.' : null}{' '}
            {uncrawled > 0 ? `${formatCounted(uncrawled, 'video')} to be planned yet.` : null}
          </p>
        </div>
        <div>
          <Rates />
          <RateChart />
        </div>
      </div>
      <ProgressBar files={{ ...files, total }} label="All files" />
    </section>
  );
}

/** How fast it goes and how long still; of a run that ended what it did. */
function Rates(): ReactNode {
  const files = useLive((now) => now.totals.files);
  const progress = useLive((now) => now.progress);
  const ended = useLive((now) => now.ended);
  if (!files || !progress) return null;
  const { run, filesPerSecond, bytesPerSecond } = progress;
  const facts =
    ended && run
      ? [
          ['Took', formatDuration(run.durationMs)],
          ['Copied', formatCounted(run.copied, 'file')],
          ['In bytes', formatBytes(run.copiedBytes)],
        ]
      : [
          ['Left', timeLeft(progress, files)],
          ['Files a second', formatCount(filesPerSecond)],
          ['Bytes a second', formatBytes(bytesPerSecond)],
        ];
  return (
    <dl className="rates">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function timeLeft({ remainingMs, remainingIsGuess }: LiveSnapshot['progress'], { done, total }: FileCounts): string {
  if (remainingMs !== undefined) return (remainingIsGuess ? formatAbout : formatDuration)(remainingMs);
  return done >= total && total > 0 ? 'nothing' : '–';
}
