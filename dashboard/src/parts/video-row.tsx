import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useCellSource } from '../field/cell-source.ts';
import { FieldView } from '../field/field-view.tsx';
import type { VideoNow } from '../live/store.ts';
import { useLiveVideo } from '../live/use-live.ts';
import { videoAddress } from '../views/addresses.ts';
import { formatFiles, formatPercent, stateNames } from './format.ts';

/** Of a field among others. */
const fieldHeight = 170;
/** Longer than the fold takes. */
const foldedAfterMs = 800;

/** One video of the overview: a line, and its field until it is complete. */
export function VideoRow({ id }: { readonly id: string }): ReactNode {
  const video = useLiveVideo(id);
  const isComplete = video?.state === 'published';
  const isFolded = useLater(isComplete, foldedAfterMs);
  if (!video) return null;
  const hasField = video.field !== undefined && video.files.total > 0;
  return (
    <article className={isComplete ? 'video folded' : 'video'} aria-label={video.title ?? video.id}>
      <VideoLine video={video} />
      {hasField && !isFolded ? (
        <div className={isComplete ? 'fold shut' : 'fold'}>
          <div>
            <RowField video={video} />
          </div>
        </div>
      ) : null}
    </article>
  );
}

function RowField({ video }: { readonly video: VideoNow }): ReactNode {
  const [, navigate] = useLocation();
  return (
    <FieldView
      source={useCellSource(video.id, video.files.total)}
      label={`Files of ${video.title ?? video.id}: ${formatFiles(video.files)}`}
      height={fieldHeight}
      onOpen={(index) => navigate(videoAddress(video.id, index))}
    />
  );
}

/** A video in one line. */
export function VideoLine({
  video,
}: {
  readonly video: Pick<VideoNow, 'id' | 'title' | 'files' | 'state' | 'fresh'>;
}): ReactNode {
  const { files, state } = video;
  const failed = files.failed - files.accepted;
  return (
    <header className="video-line">
      <Link href={videoAddress(video.id)} className="title">
        {video.title ?? video.id}
      </Link>
      <span className="counts">
        {stateNames[state]}
        {video.fresh ? ', fresh' : ''}
        {files.total > 0 ? ` · ${formatFiles({ ...files, failed: 0 })}` : ''}
      </span>
      {failed > 0 ? <span className="failed">✕ {failed.toLocaleString('en')} failed</span> : null}
      <span className="share">
        {state === 'published' ? '◉ in place' : `${formatPercent(files.done + files.accepted, files.total)}%`}
      </span>
    </header>
  );
}

/** Whether something holds, and has held for this long; what holds from the start holds at once. */
function useLater(holds: boolean, delayMs: number): boolean {
  const [late, setLate] = useState(holds);
  useEffect(() => {
    if (!holds) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), delayMs);
    return () => clearTimeout(timer);
  }, [holds, delayMs]);
  return late && holds;
}
