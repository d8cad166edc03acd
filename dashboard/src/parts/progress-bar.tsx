import type { ReactNode } from 'react';
import type { FileCounts } from '../api/contract.ts';
import { formatFiles } from './format.ts';

/** How many files are there, and how many failed, as a line. */
export function ProgressBar({ files, label }: { readonly files: FileCounts; readonly label: string }): ReactNode {
  const share = (count: number): string => `${files.total === 0 ? 0 : (count / files.total) * 100}%`;
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={files.total}
      aria-valuenow={files.done + files.accepted}
      aria-valuetext={formatFiles(files)}
    >
      <i style={{ width: share(files.done), background: 'var(--file-done)' }} />
      <i style={{ width: share(files.accepted), background: 'var(--accepted)' }} />
      <i style={{ width: share(files.failed - files.accepted), background: 'var(--failed)' }} />
    </div>
  );
}
