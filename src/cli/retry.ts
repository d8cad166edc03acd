import { loadRetryOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Retried } from '../control/requests.ts';
import type { Verb } from './context.ts';
import { formatCount, formatCounted } from '../domain/report/amount-text.ts';
import { withControl } from './with-control.ts';

/** `flants retry` */
export const retry: Verb = async (input, context) => {
  const { place, json, ...request } = await loadRetryOptions(input);
  const retried = await withControl(place, context, (control) => control.retry(request));
  const who = place.kind === 'cluster' ? 'the cluster' : 'the same flants copy';
  context.stdout.write(json ? `${JSON.stringify(retried)}\n` : renderRetried(retried, who));
  return exitCodes.whole;
};

function renderRetried({ reopened, videos, paused = 0 }: Retried, who: string): string {
  if (videos === 0) return 'nothing had failed: nothing to retry\n';
  const counted = formatCounted(videos, 'video');
  const what = reopened > 0 ? `${formatCounted(reopened, 'file')} of ${counted}` : counted;
  const [are, them] = Math.max(reopened, videos) === 1 ? ['is', 'it'] : ['are', 'them'];
  const held =
    paused === 0 ? '' : paused === videos ? ', once resumed' : `, ${formatCount(paused)} of the videos once resumed`;
  return `${what} ${are} open again; ${who} takes ${them} up${held}\n`;
}
