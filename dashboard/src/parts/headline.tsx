import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useLive } from '../live/use-live.ts';
import { listAddress } from '../views/addresses.ts';
import { formatBytes, formatCount, formatCounted, formatDuration, formatInstant, formatPercent } from './format.ts';
import { ProgressBar } from './progress-bar.tsx';
import { RateChart } from './rate-chart.tsx';

/** How far, how fast, and how long still. */
export function Headline(): ReactNode {
  const totals = useLive((now) => now.totals);
  const progress = useLive((now) => now.progress);
  const ended = useLive((now) => now.ended);
  const isCounting = useLive((now) => now.isCounting);
  const destination = useLive((now) => now.destination);
  if (!totals || !progress) return null;
  const { files, videos } = totals;
  const allVideos = Object.values(videos).reduce((sum, count) => sum + count, 0);
  return (
    <section aria-label="How far it is">
      <div className="headline">
        <div>
          <p className="share">
            {formatPercent(files.done + files.accepted, files.total)}
            <small>%</small>
          </p>
          <p className="said">
            <strong>{formatCount(files.done)}</strong> of {formatCounted(files.total, 'file')} and{' '}
            <Link href={listAddress({ states: ['published'], text: '', sort: 'title', order: 'asc' })}>
              <strong>{formatCount(videos.published)}</strong> of {formatCounted(allVideos, 'video')}
            </Link>{' '}
            are in place at <span className="wrap">{destination}</span>.{' '}
            {isCounting ? 'The library is still being counted.' : null}{' '}
            {progress.uncrawled > 0 ? `${formatCounted(progress.uncrawled, 'video')} to be planned yet.` : null}
          </p>
        </div>
        <div>
          <dl className="rates">
            <div>
              <dt>{ended ? 'Ended' : 'Left'}</dt>
              <dd>{ended ? formatInstant(ended.at) : timeLeft(progress.remainingMs, files.done, files.total)}</dd>
            </div>
            <div>
              <dt>Files a second</dt>
              <dd>{formatCount(progress.filesPerSecond)}</dd>
            </div>
            <div>
              <dt>Bytes a second</dt>
              <dd>{formatBytes(progress.bytesPerSecond)}</dd>
            </div>
          </dl>
          <RateChart />
        </div>
      </div>
      <ProgressBar files={files} label="All files" />
    </section>
  );
}

function timeLeft(remainingMs: number | undefined, done: number, total: number): string {
  if (remainingMs !== undefined) return formatDuration(remainingMs);
  return done >= total && total > 0 ? 'nothing' : '–';
}
