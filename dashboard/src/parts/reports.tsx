import type { ReactNode } from 'react';
import { apiPath } from '../api/client.ts';

const formats = ['json', 'csv', 'html'] as const;

/** Links to the reports of a video, or of the whole library. */
export function Reports({ video }: { readonly video?: string }): ReactNode {
  return (
    <p className="row">
      Report:
      {formats.map((format) => (
        <a key={format} href={reportAddress(format, video)} download={`flants-report.${format}`}>
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}

function reportAddress(format: string, video: string | undefined): string {
  const parameters = new URLSearchParams({ format, ...(video === undefined ? {} : { video }) });
  return `${apiPath('report')}?${parameters.toString()}`;
}
