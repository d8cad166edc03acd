import type { ReactNode } from 'react';
import { apiPath } from '../api/client.ts';

/** The reports of a video, or of the whole library: for programs, for a spreadsheet, for people. */
export function Reports({ video }: { readonly video?: string }): ReactNode {
  const parameters = video === undefined ? '' : `?${new URLSearchParams({ video }).toString()}`;
  const table = video === undefined ? 'report.csv' : `videos/${encodeURIComponent(video)}/files.csv`;
  return (
    <p className="row">
      Report:
      <a href={`${apiPath('report')}${parameters}`} download="flants-report.json">
        JSON
      </a>
      <a href={apiPath(table)} download={video === undefined ? 'flants-report.csv' : 'flants-files.csv'}>
        CSV
      </a>
      <a href={`${apiPath('report.html')}${parameters}`} download="flants-report.html">
        HTML
      </a>
    </p>
  );
}
