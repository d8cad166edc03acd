import { loadHealthOptions } from '../config/health-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { askHealth } from '../telemetry/ask-health.ts';
import type { Verb } from './context.ts';

/** `flants health` */
export const health: Verb = async (input, { stdout, stderr }) => {
  const { address } = await loadHealthOptions(input);
  if (address === undefined) {
    stdout.write('nothing to check: --listen (FLANTS_LISTEN) is not set\n');
    return exitCodes.whole;
  }
  const problem = await askHealth(address.host, address.port);
  if (problem === undefined) {
    stdout.write('alive\n');
    return exitCodes.whole;
  }
  stderr.write(`flants health: ${problem}\n`);
  return exitCodes.notStarted;
};
