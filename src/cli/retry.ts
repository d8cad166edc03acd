import { loadRetryOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Retried, RetryRequest } from '../control/requests.ts';
import type { Verb } from './context.ts';
import { formatCount, formatCounted } from '../domain/report/amount-text.ts';
import { withControl } from './with-control.ts';

/** `flants retry` */
export const retry: Verb = async (input, context) => {
  const { place, json, ...request } = await loadRetryOptions(input);
  const retried = await withControl(place, context, (control) => control.retry(request));
  const who = place.kind === 'cluster' ? 'the cluster' : 'the same flants copy';
  context.stdout.write(
    json ? `${JSON.stringify(retried)}\n` : renderRetried(retried, { who, failedBy: request.failedBy }),
  );
  return exitCodes.whole;
};

function renderRetried(
  { reopened, videos, paused = 0 }: Retried,
  { who, failedBy }: { readonly who: string; readonly failedBy: RetryRequest['failedBy'] },
): string {
  if (videos === 0) {
    const none = failedBy === undefined ? 'no file is failed' : `no file is failed with ${failedBy}`;
    return `nothing to retry: ${none}; what is still to be copied, ${who} takes up anyway\n`;
  }
  const counted = formatCounted(videos, 'video');
  const what = reopened > 0 ? `${formatCounted(reopened, 'file')} of ${counted}` : counted;
  const [are, them] = Math.max(reopened, videos) === 1 ? ['is', 'it'] : ['are', 'them'];
  const held =
    paused === 0 ? '' : paused === videos ? ', once resumed' : `, ${formatCount(paused)} of the videos once resumed`;
  return `${what} ${are} open again; ${who} takes ${them} up${held}\n`;
}
