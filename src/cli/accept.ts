import { loadAcceptOptions } from '../config/state-options.ts';
import type { AcceptResult } from '../app/inspect.ts';
import { exitCodes } from '../config/verbs.ts';
import type { Verb } from './context.ts';
import { stoppable } from './stoppable.ts';

/** Why it is not published yet. */
const reasons: Readonly<Record<Exclude<AcceptResult['result'], 'published'>, string>> = {
  'not-whole': 'other files of it have failed or are still to be copied',
  reopened: 'other files of it have vanished from the destination: run the same copy again',
  'source-changed': 'its source has changed: run the same copy again',
  stale: 'it is held, or was changed meanwhile: run the same copy again',
};

/** `flants accept` */
export const accept: Verb = async (input, { stdout }) => {
  const options = await loadAcceptOptions(input);
  const { acceptFailure } = await import('../app/inspect.ts');
  const accepted = await stoppable((signal) => acceptFailure(options, { signal }));
  const { key, result } = accepted;
  const outcome =
    result === 'published' ? `is published without ${key}` : `may be published without ${key}; ${reasons[result]}`;
  stdout.write(options.json ? `${JSON.stringify(accepted)}\n` : `${options.video} ${outcome}\n`);
  return exitCodes.whole;
};
