import { z } from 'zod';
import { FlantsError } from '../../domain/failure.ts';
import { defaultPrices } from '../../domain/cost/prices.ts';
import type { PriceList } from '../../domain/cost/prices.ts';
import { readTextFile } from '../input/config-file.ts';

const price = z.number().min(0);
const schema = z.strictObject({
  at: z.iso.date(),
  source: z.string().min(1),
  gbSecond: z.strictObject({ x64: price, arm64: price }),
  millionInvocations: price,
  thousandPuts: price,
  gbMonth: price.exactOptional(),
  // What older files do not name is as it came with this version.
  thousandGets: price.default(defaultPrices.thousandGets),
  egressGb: price.default(defaultPrices.egressGb),
  invalidationPath: price.default(defaultPrices.invalidationPath),
  freeInvalidationPaths: z.int().min(0).default(defaultPrices.freeInvalidationPaths),
});

/**
 * Reads a file of prices.
 *
 * @param path - absolute; absent: the prices that came with this version
 * @throws {FlantsError} `usage` where it cannot be read, or does not say what, when or from where
 */
export async function readPrices(path: string | undefined): Promise<PriceList> {
  if (path === undefined) return defaultPrices;
  const text = await readTextFile(path, '--prices');
  const { data, error } = schema.safeParse(parsed(text));
  if (data) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new FlantsError(
    'usage',
    `--prices names ${path}, which is no list of prices (${where === '' ? 'not an object of JSON' : where}): docs/lambda.md has its form`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
