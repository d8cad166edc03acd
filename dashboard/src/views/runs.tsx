import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { runsQuery } from '../api/queries.ts';
import { DataTable } from '../parts/data-table.tsx';
import type { Column } from '../parts/data-table.tsx';
import { formatBytes, formatCount, formatDuration } from '../../../src/domain/report/amount-text.ts';
import { ErrorText } from '../parts/error-text.tsx';
import { formatInstant } from '../parts/format.ts';
import { Reports } from '../parts/reports.tsx';

const columns: readonly Column[] = [
  { heading: 'Ended' },
  { heading: 'How' },
  { heading: 'Took', isNumber: true },
  { heading: 'Copied', isNumber: true },
  { heading: 'Bytes', isNumber: true },
  { heading: 'Unchanged', isNumber: true },
  { heading: 'Failed', isNumber: true },
  { heading: 'Videos in place', isNumber: true },
  { heading: 'Version' },
];

/** The runs that ended, and the reports. */
export function Runs(): ReactNode {
  const { data, error } = useQuery(runsQuery);
  const runs = data?.runs ?? [];
  return (
    <main>
      <div className="video-head">
        <h1>Finished runs</h1>
        <p className="faint">The latest first. A report is of the library as it is now.</p>
        <Reports />
      </div>
      <ErrorText error={error} />
      {data && runs.length === 0 ? <p className="faint">No run has ended yet.</p> : null}
      {runs.length > 0 ? (
        <DataTable label="Finished runs" columns={columns}>
          {runs.map(({ startedAt, endedAt, exitCode, halted, run, totals, version }) => (
            <tr key={startedAt}>
              <th scope="row">{formatInstant(endedAt)}</th>
              <td className={exitCode === 0 ? '' : 'failed'}>{howItEnded(exitCode, halted)}</td>
              <td className="number">{formatDuration(run.durationMs)}</td>
              <td className="number">{formatCount(run.copied)}</td>
              <td className="number">{formatBytes(run.copiedBytes)}</td>
              <td className="number">{formatCount(run.unchanged)}</td>
              <td className="number">{formatCount(run.failed)}</td>
              <td className="number">{formatCount(totals.videos.published)}</td>
              <td>{version}</td>
            </tr>
          ))}
        </DataTable>
      ) : null}
    </main>
  );
}

function howItEnded(exitCode: number, halted: string | undefined): string {
  if (halted !== undefined) return `halted: ${halted}`;
  return exitCode === 0 ? 'complete' : `exit code ${exitCode}`;
}
