import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiPath, read } from '../api/client.ts';
import type { LibraryReport } from '../api/contract.ts';
import { reportPage } from './report-page.ts';

/** The reports of a video, or of the whole library: for programs, for a spreadsheet, for people. */
export function Reports({ video }: { readonly video?: string }): ReactNode {
  const parameters = video === undefined ? '' : `?${new URLSearchParams({ video }).toString()}`;
  const address = `${apiPath('report')}${parameters}`;
  const asPage = useMutation({
    mutationFn: async () => save(reportPage(await read<LibraryReport>(address)), 'flants-report.html'),
  });
  return (
    <p className="row">
      Report:
      <a href={address} download="flants-report.json">
        JSON
      </a>
      {video === undefined ? (
        <a href={apiPath('report.csv')} download="flants-report.csv">
          CSV
        </a>
      ) : null}
      <button type="button" className="link" disabled={asPage.isPending} onClick={() => asPage.mutate()}>
        HTML
      </button>
      {asPage.error ? (
        <span className="failed" role="alert">
          {asPage.error.message}
        </span>
      ) : null}
    </p>
  );
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
