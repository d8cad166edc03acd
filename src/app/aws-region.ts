import { findAwsRegion as find } from '../storage/s3/region.ts';

/** Finds the region that the configuration of AWS's own tools names, on this machine alone. */
export async function findAwsRegion(profile?: string): Promise<string | undefined> {
  return find({ asksInstance: false, ...(profile === undefined ? {} : { profile }) });
}
