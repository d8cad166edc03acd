import { FlantsError } from '../domain/failure.ts';
import type { PriceList } from '../domain/cost/prices.ts';
import { localPath } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { readPrices } from './values/prices.ts';

/** Which function copies, and how many of it at a time. */
export interface LambdaOptions {
  /** Name or ARN. */
  readonly functionName: string;
  readonly qualifier?: string;
  /** Absent: AWS. */
  readonly endpoint?: string;
  /** Name of a parameter with the headers for the sources. */
  readonly headerParameter?: string;
  /** Files in flight in all functions of this process. Absent: no limit. */
  readonly maxConnections?: number;
  /** Absent: what the account allows. */
  readonly maxBatches?: number;
  readonly prices: PriceList;
}

/** The parsed options behind `LambdaOptions`. */
interface Parsed {
  readonly executor: 'threads' | 'lambda';
  readonly function?: string;
  readonly qualifier?: string;
  readonly lambdaEndpoint?: string;
  readonly headerParameter?: string;
  readonly maxConnections?: number;
  readonly maxBatches?: number;
  readonly prices?: string;
}

/**
 * Reads the options of AWS Lambda.
 *
 * @returns undefined where files are copied on threads
 * @throws {FlantsError} `usage` where no function is named, or one is named that would not be used, or could not write; as
 *   `readPrices`
 */
export async function readLambdaOptions(
  parsed: Parsed,
  { destination, cwd }: { readonly destination?: Destination; readonly cwd: string },
): Promise<LambdaOptions | undefined> {
  const { executor, function: functionName, lambdaEndpoint: endpoint } = parsed;
  const { qualifier, headerParameter, maxConnections, maxBatches } = parsed;
  if (executor === 'threads') {
    if (functionName === undefined) return undefined;
    throw new FlantsError('usage', '--function names a function that threads do not use: add --executor lambda');
  }
  if (functionName === undefined)
    throw new FlantsError('usage', '--executor lambda needs the name of the function: --function NAME');
  if (destination?.kind === 'folder')
    throw new FlantsError(
      'usage',
      `functions cannot write to ${destination.name}: they need an s3:// destination, or --executor threads`,
    );
  return Object.freeze({
    functionName,
    prices: await readPrices(parsed.prices === undefined ? undefined : localPath(parsed.prices, cwd)),
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(headerParameter === undefined ? {} : { headerParameter }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxBatches === undefined ? {} : { maxBatches }),
  });
}
