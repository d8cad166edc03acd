import { FlantsError } from '../domain/failure.ts';
import type { ListenAddress } from './values/address.ts';
import type { Flags } from './input/merge.ts';
import { envOf } from './registry/option-spec.ts';
import { optionNames, specOf } from './registry/options.ts';
import type { OptionName } from './registry/options.ts';
import type { ProcessKind, UpOptions } from './service-options.ts';

/** Linux limits the text of one variable, with its name (MAX_ARG_STRLEN). */
const maxVariableBytes = 128_000;

/**
 * Builds the environment of a process of `up`: that of this process, the flags that were typed, and the sources.
 * Passing them in the environment keeps passwords and tokens out of the command line, which other users of the machine
 * can read.
 *
 * @throws {FlantsError} `usage` for more sources than fit into a variable
 */
export function childEnvironment(
  kind: ProcessKind,
  options: UpOptions,
  flags: Flags,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | undefined>> {
  const typed = optionNames.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [[envOf(name), textOf(name, value)] as const];
  });
  const sources = options.catalogue.sources
    // An API is named by options of its own.
    .filter((source) => source.kind !== 'api')
    .map((source) => (source.kind === 'catalogue' ? source.path : source.url))
    .join('\n');
  if (Buffer.byteLength(sources) > maxVariableBytes) {
    throw new FlantsError('usage', 'these are too many sources for a command line: list them in a catalogue file');
  }
  return {
    ...variables,
    ...Object.fromEntries(typed),
    [envOf('catalogue')]: sources,
    [envOf('threads')]: String(options.threads),
    [envOf('withTransfer')]: String(options.processes.transfer === 0),
    [envOf('listen')]: kind === 'coordinator' ? addressText(options.http) : '127.0.0.1:0',
    [envOf('logFormat')]: 'json',
  };
}

function textOf(name: OptionName, value: NonNullable<Flags[OptionName]>): string {
  const spec = specOf(name);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return value.join(spec.kind === 'list' ? spec.separator : ',');
}

/** Formats an address so that `parseAddress` can read it. */
export function addressText({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
