import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { fieldQuery, videoQuery } from '../api/queries.ts';
import type { VideoDetail } from '../api/contract.ts';
import { useLive, useLiveVideo } from '../live/use-live.ts';
import { formatBytes, formatCounted } from '../../../src/domain/report/amount-text.ts';
import { codeText } from '../../../src/domain/report/code-text.ts';
import { ErrorText } from '../parts/error-text.tsx';
import { formatFiles, formatInstant, stateNames } from '../parts/format.ts';
import { PlayPart } from '../parts/play-part.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Reports } from '../parts/reports.tsx';
import { FilePanel } from '../parts/file-panel.tsx';
import { VideoActions } from '../parts/video-actions.tsx';
import { VideoFiles } from '../parts/video-files.tsx';

/** One video: how it stands, each of its files, what was decided about it, and a player once it is published. */
export function Video(): ReactNode {
  const [parameters] = useSearchParams();
  const id = parameters.get('id') ?? '';
  return <VideoById key={id} id={id} />;
}

function VideoById({ id }: { readonly id: string }): ReactNode {
  const live = useLiveVideo(id);
  const { data, error, refetch } = useQuery(videoQuery(id));
  const { data: field, refetch: refetchField } = useQuery(fieldQuery(id));
  const [parameters, setParameters] = useSearchParams();
  const file = numberOf(parameters.get('file'));

  // What the stream does not say is asked again when the video is another, and when the stream came back.
  const marks = useLive((now) => `${now.version} ${now.listVersion} ${now.connection}`);
  const state = live?.state ?? data?.report.state;
  const total = live?.files.total;
  useEffect(() => {
    void refetch();
    void refetchField();
  }, [refetch, refetchField, marks, state, total, live?.files.failed, live?.files.accepted]);

  if (error && !live)
    return (
      <main className="part">
        <h1>{id}</h1>
        <ErrorText error={error} />
      </main>
    );
  if (!data || !state) return <main className="part faint">Asking…</main>;
  const { report } = data;
  const files = live?.files ?? report.files;
  const isPublished = state === 'published';
  const open = (index: number | undefined): void =>
    setParameters((before) => {
      const next = new URLSearchParams(before);
      if (index === undefined) next.delete('file');
      else next.set('file', String(index));
      return next;
    });
  return (
    <main>
      <div className="video-head">
        <p className="faint wrap">
          {id}
          {live?.fresh ? <span className="moving"> · fresh</span> : null}
        </p>
        <h1>{report.title ?? id}</h1>
        <dl className="facts">
          <Fact name="State">{stateNames[state]}</Fact>
          <Fact name="Files">{formatFiles(files)}</Fact>
          <Fact name="In place">{formatBytes(report.sizeBytes)}</Fact>
          {live ? <Fact name="Since">{formatInstant(live.since)}</Fact> : null}
          {report.nextLookAt === undefined ? null : (
            <Fact name="Looked at again">{formatInstant(report.nextLookAt)}</Fact>
          )}
        </dl>
        <ProgressBar files={files} label={`Files of ${report.title ?? id}`} />
        {report.invalid ? <p className="failed wrap">{report.invalid.message}</p> : null}
        <div className="row spread">
          <VideoActions id={id} state={state} failed={files.failed - files.accepted} isFresh={live?.fresh === true} />
          <Reports video={id} />
        </div>
      </div>
      {isPublished ? <PlayPart playlistKey={report.playlistKey} /> : null}
      {field && field.total > 0 ? (
        <VideoFiles id={id} field={field} isFolded={isPublished} selected={file} onOpen={open} />
      ) : null}
      {file === undefined ? null : <FilePanel id={id} index={file} onClose={() => open(undefined)} />}
      <FailedFiles failures={report.failures} />
      <Decisions decisions={data.decisions} />
      <Warnings warnings={report.warnings} />
    </main>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const shownFailures = 50;

/** The files that failed, by name: the field shows where they are, this says what they are. */
function FailedFiles({ failures }: { readonly failures: VideoDetail['report']['failures'] }): ReactNode {
  if (failures.length === 0) return null;
  return (
    <section className="part" aria-labelledby="failed">
      <h2 id="failed">{formatCounted(failures.length, 'file')} failed</h2>
      <ul className="lines">
        {failures.slice(0, shownFailures).map(({ key, failure, tries, acceptedBecause }) => (
          <li key={key}>
            <span className="wrap">{key}</span>
            <span className={acceptedBecause === undefined ? 'failed' : 'accepted'}>
              {acceptedBecause === undefined ? `✕ ${codeText(failure.code)}` : `⊘ ${acceptedBecause}`}
            </span>
            <span className="more">
              {failure.message}; {tries === 1 ? '1 try' : `${tries} tries`}
            </span>
          </li>
        ))}
      </ul>
      {failures.length > shownFailures ? <p className="faint">and more: the report names them all.</p> : null}
    </section>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }): ReactNode {
  if (warnings.length === 0) return null;
  return (
    <section className="part" aria-labelledby="warnings">
      <h2 id="warnings">Warnings</h2>
      <ul className="lines">
        {warnings.map((warning) => (
          <li key={warning} className="wrap">
            {warning}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decisions({ decisions }: { readonly decisions: VideoDetail['decisions'] }): ReactNode {
  if (decisions.length === 0) return null;
  return (
    <section className="part" aria-labelledby="decisions">
      <h2 id="decisions">What was decided</h2>
      <ul className="lines">
        {decisions.map(({ at, type, key, reason, playlistUrl, fresh }) => (
          <li key={`${at} ${type} ${key ?? ''}`}>
            <span>
              {type}
              {fresh === undefined ? '' : fresh ? ': goes first' : ': goes with the backlog'}
            </span>
            <span className="faint">{formatInstant(at)}</span>
            <span className="more">{[key, reason, playlistUrl].filter(Boolean).join(' · ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
