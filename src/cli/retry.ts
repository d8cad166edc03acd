import { loadRetryOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/verbs.ts';
import type { Verb } from './context.ts';
import { formatCounted } from './format.ts';

/** `flants retry` */
export const retry: Verb = async (input, { stdout }) => {
  const options = await loadRetryOptions(input);
  const { retryFailed } = await import('../app/inspect.ts');
  const result = await retryFailed(options);
  if (options.json) stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.videos === 0) stdout.write('nothing had failed: nothing to retry\n');
  else {
    const what =
      result.reopened > 0
        ? `${formatCounted(result.reopened, 'file')} of ${formatCounted(result.videos, 'video')}`
        : formatCounted(result.videos, 'video');
    const [are, them] = Math.max(result.reopened, result.videos) === 1 ? ['is', 'it'] : ['are', 'them'];
    stdout.write(`${what} ${are} open again; the same flants copy takes ${them} up\n`);
  }
  return exitCodes.whole;
};
