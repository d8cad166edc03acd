import type { ControlOptions } from '../config/control-options.ts';
import type { StateEnvironment } from '../config/values/state-dir.ts';
import { withoutSecrets } from '../config/values/location.ts';
import { usualRedisUrl } from '../config/cluster-place.ts';
import { shellWord } from './shell-words.ts';
import { stateWords } from './state-words.ts';

/** How another verb is told which library is meant. A Redis URL with a password is left out: it comes from where it came from now. */
export function libraryWords(place: ControlOptions, env: StateEnvironment): string {
  if (place.kind === 'embedded') return stateWords(place, env);
  const { destination, endpoint, redis, journal } = place;
  const isShowable = redis.url !== usualRedisUrl && redis.url === withoutSecrets(redis.url);
  const options = [
    ...(endpoint === undefined ? [] : ['--endpoint', endpoint]),
    ...(isShowable ? ['--redis', redis.url] : []),
    '--journal',
    journal.name,
  ];
  return [destination.name, ...options].map(shellWord).join(' ');
}
