import type { CopyOptions } from '../config/copy-options.ts';
import { scopeHeaders } from '../storage/http/headers.ts';
import type { SourceSpec } from './connect.ts';
import type { Survey } from './open-catalogue.ts';

type SourceOptions = Pick<CopyOptions, 'headers' | 'concurrency' | 'sourceTimeoutMs' | 'ca' | 'proxies'>;

/** Returns how to reach the sources of a run. The headers of the user are sent to the hosts of these sources only. */
export function sourceSpecOf(
  { headers, concurrency, sourceTimeoutMs, ca, proxies }: SourceOptions,
  { originUrls }: Survey,
): SourceSpec {
  return {
    headers: scopeHeaders(originUrls, Object.fromEntries(headers.map(({ name, value }) => [name, value]))),
    connections: concurrency,
    timeoutMs: sourceTimeoutMs,
    allowsFiles: originUrls.some((url) => url.startsWith('file:')),
    ...(ca === undefined ? {} : { ca }),
    proxies,
  };
}
