import type { Destination } from '../config/values/location.ts';
import { stateDirOf } from '../config/values/state-dir.ts';
import type { StateEnvironment } from '../config/values/state-dir.ts';
import { shellQuote } from './shell-quote.ts';

/** Location of a state, and what it is derived from. */
export interface StatePlace {
  readonly stateDir: string;
  readonly destination?: Destination;
  readonly endpoint?: string;
}

/**
 * The arguments by which another verb finds the same state: the destination if it leads there, and otherwise `--state`.
 */
export function stateArguments({ stateDir, destination, endpoint }: StatePlace, env: StateEnvironment): string {
  if (destination === undefined || stateDirOf(destination, endpoint, env) !== stateDir)
    return `--state ${shellQuote(stateDir)}`;
  const withEndpoint = destination.kind === 's3' && endpoint !== undefined ? ` --endpoint ${shellQuote(endpoint)}` : '';
  return `${shellQuote(destination.name)}${withEndpoint}`;
}
