import type { ControlOptions } from '../config/control-options.ts';
import type { StateEnvironment } from '../config/values/state-dir.ts';
import { withoutSecrets } from '../config/values/location.ts';
import { defaultRedisPrefix, defaultRedisUrl } from '../config/cluster-place.ts';
import { shellQuote } from './shell-quote.ts';
import { stateArguments } from './state-arguments.ts';

/**
 * The arguments by which another verb finds the same library. A Redis URL with a password is left out, so it has to
 * come from where it came from this time.
 */
export function libraryArguments(place: ControlOptions, env: StateEnvironment): string {
  if (place.kind === 'embedded') return stateArguments(place, env);
  const { destination, endpoint, redis, journal } = place;
  const isShowable = redis.url !== defaultRedisUrl && redis.url === withoutSecrets(redis.url);
  const options = [
    ...(endpoint === undefined ? [] : ['--endpoint', endpoint]),
    ...(isShowable ? ['--redis', redis.url] : []),
    ...(redis.prefix === defaultRedisPrefix ? [] : ['--redis-prefix', redis.prefix]),
    '--journal',
    journal.name,
  ];
  return [destination.name, ...options].map(shellQuote).join(' ');
}
