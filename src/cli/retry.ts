import { loadRetryOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Retried } from '../control/requests.ts';
import type { Verb } from './context.ts';
import { formatCounted } from '../domain/amount-text.ts';
import { withControl } from './with-control.ts';

/** `flants retry` */
export const retry: Verb = async (input, context) => {
  const { place, json, ...request } = await loadRetryOptions(input);
  if (place.kind === 'cluster') {
    const retried = await withControl(place, context, (control) => control.retry(request));
    context.stdout.write(json ? `${JSON.stringify(retried)}\n` : renderRetried(retried, 'the cluster'));
    return exitCodes.whole;
  }
  const { retryFailed } = await import('../app/embedded/inspect.ts');
  const retried = await retryFailed({ ...place, ...request });
  context.stdout.write(json ? `${JSON.stringify(retried)}\n` : renderRetried(retried, 'the same flants copy'));
  return exitCodes.whole;
};

function renderRetried({ reopened, videos }: Retried, who: string): string {
  if (videos === 0) return 'nothing had failed: nothing to retry\n';
  const counted = formatCounted(videos, 'video');
  const what = reopened > 0 ? `${formatCounted(reopened, 'file')} of ${counted}` : counted;
  const [are, them] = Math.max(reopened, videos) === 1 ? ['is', 'it'] : ['are', 'them'];
  return `${what} ${are} open again; ${who} takes ${them} up\n`;
}
