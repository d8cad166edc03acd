import { CommanderError } from 'commander';
import { readEnvironment } from '../config/input/environment.ts';
import type { Environment } from '../config/input/environment.ts';
import { exitCodes, verbNames } from '../config/registry/verbs.ts';
import type { VerbName } from '../config/registry/verbs.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { Verb } from './context.ts';
import { buildProgram } from './program.ts';
import { renderError } from './render-error.ts';

/** Each verb is loaded only when it runs, so that help is quick. */
const loaders: Readonly<Record<VerbName, () => Promise<Verb>>> = {
  copy: async () => (await import('./copy.ts')).copy,
  verify: async () => (await import('./verify.ts')).verify,
  status: async () => (await import('./status.ts')).status,
  retry: async () => (await import('./retry.ts')).retry,
  accept: async () => (await import('./accept.ts')).accept,
  report: async () => (await import('./report.ts')).report,
  up: async () => (await import('./up.ts')).up,
  scanner: async () => (await import('./service.ts')).service('scanner'),
  crawler: async () => (await import('./service.ts')).service('crawler'),
  transfer: async () => (await import('./service.ts')).service('transfer'),
  aggregator: async () => (await import('./service.ts')).service('aggregator'),
  videos: async () => (await import('./videos.ts')).videos,
  show: async () => (await import('./show.ts')).show,
  submit: async () => (await import('./submit.ts')).submit,
  pause: async () => (await import('./decisions.ts')).pause,
  resume: async () => (await import('./decisions.ts')).resume,
  cancel: async () => (await import('./decisions.ts')).cancel,
  priority: async () => (await import('./decisions.ts')).priority,
  purge: async () => (await import('./decisions.ts')).purge,
  import: async () => (await import('./import.ts')).importState,
};

/**
 * Runs the command line. Errors are told on standard error, never thrown.
 *
 * @param argv - what stands after `flants`
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  const environment = readEnvironment();
  for (const stream of [stdout, stderr]) outliveReader(stream);
  process.once('uncaughtException', (error) => {
    tellError(error, argv, environment);
    process.exit(exitCodes.notStarted);
  });
  let exitCode: number = exitCodes.whole;
  const program = buildProgram(argv, async (name, words, flags) => {
    const verb = await loaders[name]();
    exitCode = await verb({ words, flags, environment, cwd: process.cwd() }, { stdout, stderr, argv });
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.whole;
    // Without a verb, commander has written the help already.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.notStarted;
    tellError(error, argv, environment);
    return failureOf(error).code === 'aborted' ? exitCodes.interrupted : exitCodes.notStarted;
  }
}

function tellError(error: unknown, argv: readonly string[], environment: Environment): void {
  const verb = verbNames.find((name) => name === argv[0]);
  const told = error instanceof CommanderError ? new FlantsError('usage', commanderMessage(error)) : error;
  const lines = renderError(told, { debug: wantsStack(argv, environment), ...(verb === undefined ? {} : { verb }) });
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** `error: unknown option '--x'\n(Did you mean --y?)` in one line of ours. */
function commanderMessage({ message }: CommanderError): string {
  return message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean/, ' (did you mean')
    .replace('unknown command', 'unknown verb');
}

/** Also where the options could not be parsed. */
function wantsStack(argv: readonly string[], environment: Environment): boolean {
  return (
    argv.some(
      (word, index) => word === '--log-level=debug' || (word === 'debug' && argv[index - 1] === '--log-level'),
    ) || environment.options.logLevel?.text === 'debug'
  );
}

/**
 * When the reader of a stream goes away, writing there stops without an error: standard output in `flants report … | head`,
 * both of them where `flants up` was killed and its processes still finish what is in flight.
 */
function outliveReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
