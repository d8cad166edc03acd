import { loadAcceptOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/verbs.ts';
import type { Verb } from './context.ts';
import { stoppable } from './stoppable.ts';

/** `flants accept` */
export const accept: Verb = async (input, { stdout }) => {
  const options = await loadAcceptOptions(input);
  const { acceptFailure } = await import('../app/inspect.ts');
  const result = await stoppable((signal) => acceptFailure(options, { signal }));
  const outcome = result.published
    ? `is published without ${result.key}`
    : `may be published without ${result.key}; other files of it have failed or are still to be copied`;
  stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${options.video} ${outcome}\n`);
  return exitCodes.whole;
};
