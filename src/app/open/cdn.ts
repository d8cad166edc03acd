import type { CdnOptions } from '../../config/cdn-options.ts';
import type { ProxySettings } from '../../config/values/proxies.ts';
import type { Cdn } from '../../cdn/cdn.ts';
import { openCloudFront } from '../../cdn/cloudfront.ts';
import { awsCredentials } from '../../storage/s3/credentials.ts';
import type { DestinationSetting } from '../destination-setting.ts';

/** What a CDN is reached with. */
export interface CdnAccess {
  /** Absent: there is none. */
  readonly cdn?: CdnOptions;
  readonly proxies: ProxySettings;
  readonly profile?: string;
  readonly ca?: string;
}

/**
 * Opens the CDN before a destination.
 *
 * @returns undefined where there is none
 * @throws {FlantsError} as `openCloudFront`
 */
export async function openCdn(
  { store }: Pick<DestinationSetting, 'store'>,
  { cdn, proxies, profile, ca }: CdnAccess,
  { signal }: { readonly signal: AbortSignal },
): Promise<Cdn | undefined> {
  if (!cdn) return undefined;
  const credentials = awsCredentials(profile, proxies);
  return openCloudFront(
    {
      ...cdn,
      credentials,
      proxies,
      ...(ca === undefined ? {} : { ca }),
      ...(store.kind === 's3' ? { bucket: store, region: store.region } : {}),
    },
    { signal },
  );
}
