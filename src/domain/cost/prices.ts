/** What services ask for, in US dollars. */
export interface PriceList {
  /** Day on which the prices were looked up, such as 2026-11-29. */
  readonly at: string;
  /** Where they stand. */
  readonly source: string;
  readonly gbSecond: { readonly x64: number; readonly arm64: number };
  readonly millionInvocations: number;
  readonly thousandPuts: number;
  readonly thousandGets: number;
  /** Out of a store to the internet: the first ten terabytes of a month. */
  readonly egressGb: number;
  /** Keeping 2^30 bytes for a month. Absent in lists that do not say. */
  readonly gbMonth?: number;
  /** One path of an invalidation at CloudFront, with or without a wildcard, above `freeInvalidationPaths`. */
  readonly invalidationPath: number;
  /** Paths of an account that cost nothing, each month. */
  readonly freeInvalidationPaths: number;
}

/** US East (N. Virginia), without free tier (but for invalidations), discounts and other transfer. */
export const defaultPrices: PriceList = {
  at: '2026-11-29',
  source:
    'https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/s3/pricing/ and https://aws.amazon.com/cloudfront/pricing/, US East (N. Virginia), as public pages quote them',
  gbSecond: { x64: 0.000_016_666_7, arm64: 0.000_013_333_4 },
  millionInvocations: 0.2,
  thousandPuts: 0.005,
  thousandGets: 0.000_4,
  egressGb: 0.09,
  gbMonth: 0.023,
  invalidationPath: 0.005,
  freeInvalidationPaths: 1_000,
};
