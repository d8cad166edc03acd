import { FlantsError } from '../domain/failure.ts';
import { readAccess } from './access-options.ts';
import type { AccessOptions } from './access-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import type { ListenAddress } from './values/address.ts';
import { publicUrlOf } from './values/public-url.ts';

/** The page of a copy. */
export interface DashboardOptions extends AccessOptions {
  readonly listen: ListenAddress;
  /** How long the page stays after the end, until somebody has seen it there. */
  readonly lingerMs: number;
  /** URL under which players reach the destination, with a final slash. */
  readonly publicUrl?: string;
}

/**
 * Refuses an address that was meant for `--dashboard` and would be taken for a source or the destination: an option whose
 * value may be left out has it behind an equals sign.
 *
 * @throws {FlantsError} `usage`
 */
export function assertNoStrayAddress({ dashboard }: ParsedOptions<'copy'>, words: readonly string[]): void {
  const stray = dashboard && words.find((word) => /^(?:[\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i.test(word));
  if (stray) throw new FlantsError('usage', `${stray} is neither source nor destination: write --dashboard=${stray}`);
}

/**
 * Reads the options of a copy's page. Undefined where none is wanted.
 *
 * @throws {FlantsError} `usage`
 */
export async function readDashboardOptions(
  parsed: ParsedOptions<'copy'>,
  cwd: string,
): Promise<DashboardOptions | undefined> {
  const { dashboard: listen, dashboardLinger: lingerMs, publicUrl } = parsed;
  if (!listen) return undefined;
  const play = publicUrl === undefined ? {} : { publicUrl: publicUrlOf(publicUrl) };
  return Object.freeze({ ...(await readAccess(parsed, cwd)), listen, lingerMs, ...play });
}
