import { loadSubmitOptions } from '../config/library-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { oneLine } from '../telemetry/logger.ts';
import type { Verb } from './context.ts';
import { failureText } from './event-lines.ts';
import { withControl } from './with-control.ts';

/** `flants submit` */
export const submit: Verb = async (input, context) => {
  const { place, json, ...request } = await loadSubmitOptions(input);
  const decided = await withControl(place, context, (control) => control.submit(request));
  const { video, state, pending } = decided;
  const later = pending ? `; not in effect yet: ${failureText(pending)}` : '';
  const where = state === undefined ? '' : `: ${state}`;
  const next = place.kind === 'cluster' ? '' : '; it is copied by a flants copy whose sources name it';
  context.stdout.write(
    json ? `${JSON.stringify(decided)}\n` : `${oneLine(video)} is submitted${where}${later}${next}\n`,
  );
  return pending ? exitCodes.warnings : exitCodes.whole;
};
