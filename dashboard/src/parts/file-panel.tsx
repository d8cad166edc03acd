import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { act, apiPath } from '../api/client.ts';
import { fileQuery } from '../api/queries.ts';
import type { FileDetail } from '../api/contract.ts';
import { useLiveVideo } from '../live/use-live.ts';
import { useCanAct } from './action-button.tsx';
import { DataTable } from './data-table.tsx';
import type { Column } from './data-table.tsx';
import { formatBytes, formatCount } from '../../../src/domain/report/amount-text.ts';
import { codeText } from '../../../src/domain/report/code-text.ts';
import { ErrorText } from './error-text.tsx';
import { formatInstant } from './format.ts';

/** One file: what it is, and each try at it. */
export function FilePanel({
  id,
  index,
  onClose,
}: {
  readonly id: string;
  readonly index: number;
  readonly onClose: () => void;
}): ReactNode {
  const { data, error, refetch } = useQuery(fileQuery(id, index));
  const live = useLiveVideo(id);
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [index]);
  // A field may be higher than the window, and this is below it.
  const isThere = data !== undefined;
  useEffect(() => {
    // Newer browsers give a promise back, which must not become the clean-up.
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [index, isThere]);
  // An outcome of this video may be one of this file.
  const marks = live ? `${live.files.done} ${live.files.failed} ${live.files.accepted}` : '';
  useEffect(() => void refetch(), [refetch, marks]);
  return (
    <section className="file" aria-labelledby="file" ref={panel}>
      <div className="row spread">
        <h2 id="file" tabIndex={-1} ref={heading}>
          File {formatCount(index)}
          {data ? `, ${stateWords[data.state]}` : ''}
        </h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <ErrorText error={error} />
      {data ? (
        <>
          <div>
            <p className="wrap">{data.key}</p>
            <p className="faint wrap">{data.url}</p>
            <p className="faint">
              {data.role}
              {data.renditions.length > 0 ? ` · ${data.renditions.join(' · ')}` : ''}
            </p>
          </div>
          <Tries file={data} />
          {data.acceptedBecause === undefined ? null : <p className="accepted">Accepted: {data.acceptedBecause}</p>}
          {data.state === 'failed' ? <Accept file={data} /> : null}
        </>
      ) : null}
    </section>
  );
}

const stateWords = { done: 'done', accepted: 'accepted', failed: 'failed', open: 'waiting' } as const;

const triesColumns: readonly Column[] = [
  { heading: 'Try' },
  { heading: 'Outcome' },
  { heading: 'Status' },
  { heading: 'Bytes', isNumber: true },
  { heading: 'Took', isNumber: true },
  { heading: 'At' },
  { heading: 'Where' },
];

function Tries({ file: { tries } }: { readonly file: FileDetail }): ReactNode {
  if (tries.length === 0) return <p className="faint">Nobody has tried it yet.</p>;
  return (
    <DataTable label="Tries" columns={triesColumns}>
      {tries.map(({ number, outcome, code, message, status, sizeBytes, durationMs, at, worker }) => (
        <tr key={`${number} ${at}`}>
          <td>{number}</td>
          <td className={outcome === 'failed' ? 'failed wrap' : ''}>
            {code === undefined ? outcome : codeText(code)}
            {code === undefined ? null : <code className="faint"> {code}</code>}
            {message === undefined ? null : <div className="faint">{message}</div>}
          </td>
          <td>{status ?? ''}</td>
          <td className="number">{sizeBytes === undefined ? '' : formatBytes(sizeBytes)}</td>
          <td className="number">{durationMs === undefined ? '' : `${formatCount(durationMs)} ms`}</td>
          <td>{formatInstant(at)}</td>
          <td className="wrap">{worker}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function Accept({ file: { video, key } }: { readonly file: FileDetail }): ReactNode {
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const accept = useMutation({
    mutationFn: () => act('POST', apiPath('videos', video, 'accept'), { file: key, reason }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['video', video] }),
  });
  const canAct = useCanAct();
  if (!canAct) return null;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate();
      }}
    >
      <label className="row">
        Publish without it, because
        <input
          required
          maxLength={1000}
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={accept.isPending}>
        Accept
      </button>
      {accept.error ? (
        <span className="failed" role="alert">
          {accept.error.message}
        </span>
      ) : null}
    </form>
  );
}
