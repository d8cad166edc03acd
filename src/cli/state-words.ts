import type { Destination } from '../config/values/location.ts';
import { stateDirOf } from '../config/values/state-dir.ts';
import type { StateEnvironment } from '../config/values/state-dir.ts';
import { shellWord } from './shell-words.ts';

/** The state of a destination. */
export interface StatePlace {
  readonly stateDir: string;
  readonly destination?: Destination;
  readonly endpoint?: string;
}

/** How another verb is told which state is meant: by the destination where that leads there, else by `--state`. */
export function stateWords({ stateDir, destination, endpoint }: StatePlace, env: StateEnvironment): string {
  if (destination === undefined || stateDirOf(destination, endpoint, env) !== stateDir)
    return `--state ${shellWord(stateDir)}`;
  const withEndpoint = destination.kind === 's3' && endpoint !== undefined ? ` --endpoint ${shellWord(endpoint)}` : '';
  return `${shellWord(destination.name)}${withEndpoint}`;
}
