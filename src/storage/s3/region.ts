/** Where to look for a region. */
export interface RegionPlaces {
  /** If absent, the environment's `AWS_PROFILE`, or `default`. */
  readonly profile?: string;
  /** Whether to ask the service that tells an instance about itself. Elsewhere nobody answers, which takes a second. */
  readonly asksInstance: boolean;
}

/**
 * Finds the region where AWS's own tools find it: the environment, the profile in the shared files, the instance.
 *
 * @returns undefined where none is set
 */
export async function findAwsRegion({ profile, asksInstance }: RegionPlaces): Promise<string | undefined> {
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } =
    await import('@smithy/core/config');
  const { default: askInstance, ...written } = NODE_REGION_CONFIG_OPTIONS;
  const noRegion = (): Promise<never> => Promise.reject(new Error('no region is set'));
  return loadConfig(
    { ...written, default: asksInstance ? askInstance : noRegion },
    { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...(profile === undefined ? {} : { profile }) },
  )().catch(() => undefined);
}
