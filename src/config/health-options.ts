import { FlantsError } from '../domain/failure.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import type { ListenAddress } from './values/address.ts';

/** Options of `health`, checked and frozen. */
export interface HealthOptions {
  /** Where to ask. Absent: nobody is asked. */
  readonly address?: ListenAddress;
}

/**
 * Loads the options of `health`. An address that stands for all interfaces becomes the loopback of its family.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadHealthOptions(input: CommandInput): Promise<HealthOptions> {
  const { listen } = await mergeInput('health', input);
  if (listen === undefined) return Object.freeze({});
  if (listen.port === 0)
    throw new FlantsError('usage', '--listen leaves the port to the process: name the one that it answers at');
  return Object.freeze({ address: { host: loopbacks[listen.host] ?? listen.host, port: listen.port } });
}

const loopbacks: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
