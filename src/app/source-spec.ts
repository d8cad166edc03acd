import type { CopyOptions } from '../config/copy-options.ts';
import { scopeHeaders } from '../storage/http/headers.ts';
import type { SourceSpec } from './connect.ts';
import type { Survey } from './open-catalogue.ts';

type Wishes = Pick<CopyOptions, 'headers' | 'concurrency' | 'sourceTimeoutMs' | 'ca'>;

/** How to reach the sources of a run: headers go to their own hosts only. */
export function sourceSpecOf(
  { headers, concurrency, sourceTimeoutMs, ca }: Wishes,
  { originUrls }: Survey,
): SourceSpec {
  return {
    headers: scopeHeaders(originUrls, Object.fromEntries(headers.map(({ name, value }) => [name, value]))),
    connections: concurrency,
    timeoutMs: sourceTimeoutMs,
    allowsFiles: originUrls.some((url) => url.startsWith('file:')),
    ...(ca === undefined ? {} : { ca }),
  };
}
