import type { DoctorOptions } from '../../config/doctor-options.ts';
import { failureOf } from '../../domain/failure.ts';
import type { DoctorReport, Finding } from '../../domain/report/finding.ts';
import type { Destination } from '../../config/values/location.ts';
import { destinationOf } from '../destination-setting.ts';
import { checkRedis } from './cluster.ts';
import { checkFunction } from './function.ts';
import { checkMachine, checkProxies, checkStateFolder } from './machine.ts';
import { faultOf } from './mend.ts';
import { checkSources } from './sources.ts';
import { checkStore } from './store.ts';

/**
 * Looks at all that a copy with these options needs, in the order in which the copy would meet it. What it writes to
 * stores is removed again, and no state is made.
 *
 * @throws {FlantsError} `aborted` only: all else is a finding
 */
export async function examine(
  options: DoctorOptions,
  { version, signal }: { readonly version: string; readonly signal: AbortSignal },
): Promise<DoctorReport> {
  const { stateDir, destination, journal, redis, lambda, proxies } = options;
  const findings: Finding[] = [
    ...(await checkMachine()),
    ...checkProxies(proxies),
    // The state of a cluster is its journal.
    ...(journal ? [] : await checkStateFolder(stateDir)),
    ...(await checkSources(options, signal)),
    ...(destination ? await checkPlace('destination', destination, options, signal) : []),
    ...(journal ? await checkPlace('journal', journal, options, signal) : []),
    ...(redis ? await checkRedis(redis, signal) : []),
    ...(lambda ? await checkFunction({ ...options, lambda }, { version, signal }) : []),
  ];
  signal.throwIfAborted();
  return { format: 1, at: new Date().toISOString(), version, findings };
}

async function checkPlace(
  what: 'destination' | 'journal',
  destination: Destination,
  options: DoctorOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const setting = await destinationOf({ ...options, destination });
    return await checkStore({ what, setting, proxies: options.proxies, isPublished: what === 'destination', signal });
  } catch (error) {
    signal.throwIfAborted();
    return [faultOf(what, destination.name, failureOf(error), '--region NAME, such as --region eu-central-1')];
  }
}
