import { FlantsError } from '../domain/failure.ts';

/** The CDN that is told of what was replaced. */
export interface CdnOptions {
  /** Id of a distribution of Amazon CloudFront. */
  readonly distribution: string;
  /** Path by which players reach the destination. Absent: the distribution is asked. */
  readonly prefix?: string;
  /** Absent: AWS. */
  readonly endpoint?: string;
}

/** The options as they were given. */
interface GivenOptions {
  readonly invalidate?: string;
  readonly invalidatePrefix?: string;
  readonly cloudfrontEndpoint?: string;
}

/** The id alone, or at the end of an ARN. */
const distributionPattern = /^(?:arn:aws(?:-[a-z]+)*:cloudfront::\d{12}:distribution\/)?([A-Z0-9]{4,32})$/;

/**
 * Reads which CDN is told.
 *
 * @returns the field of the options, or nothing
 * @throws {FlantsError} `usage`
 */
export function readCdnOptions({ invalidate, invalidatePrefix: prefix, cloudfrontEndpoint: endpoint }: GivenOptions): {
  readonly cdn?: CdnOptions;
} {
  if (invalidate === undefined) {
    if (prefix === undefined) return {};
    throw new FlantsError('usage', '--invalidate-prefix says how --invalidate is to be understood, which is not given');
  }
  const distribution = distributionPattern.exec(invalidate)?.[1];
  if (distribution === undefined) {
    throw new FlantsError(
      'usage',
      `--invalidate is "${invalidate}": expected the id of a distribution, such as E2QWRUHAPOMQZL, and not its domain`,
    );
  }
  return {
    cdn: Object.freeze({
      distribution,
      ...(prefix === undefined ? {} : { prefix }),
      ...(endpoint === undefined ? {} : { endpoint }),
    }),
  };
}
