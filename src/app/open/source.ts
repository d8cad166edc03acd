import type { Source } from '../../storage/source.ts';
import { sourceCredentials } from '../../storage/s3/source-credentials.ts';
import { connectSource } from '../connect.ts';
import type { SourceSpec } from '../connect.ts';

/** Opens a source with the credentials that AWS's own tools find here, which are looked for when a bucket is first read. */
export function openSource(spec: SourceSpec): Source {
  return connectSource(spec, sourceCredentials(spec.buckets?.profile, spec.proxies));
}
