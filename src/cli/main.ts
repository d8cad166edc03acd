import { setImmediate } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { closestWord } from '../config/input/suggest.ts';
import { flagOf } from '../config/registry/option-spec.ts';
import { readEnvironment } from '../config/input/environment.ts';
import type { Environment } from '../config/input/environment.ts';
import { exitCodes, takenOptions, verbNames, verbs } from '../config/registry/verbs.ts';
import type { VerbName } from '../config/registry/verbs.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { Verb } from './context.ts';
import { buildProgram, withBareFlags } from './program.ts';
import { keepWriting } from './output-stream.ts';
import { renderError } from './render/error.ts';
import { renderFirstSteps } from './first-steps.ts';

/** A verb's module is loaded only when the verb runs, which keeps help fast. */
const loaders: Readonly<Record<VerbName, () => Promise<Verb>>> = {
  copy: async () => (await import('./copy.ts')).copy,
  plan: async () => (await import('./plan.ts')).plan,
  discover: async () => (await import('./discover.ts')).discover,
  verify: async () => (await import('./verify.ts')).verify,
  doctor: async () => (await import('./doctor.ts')).doctor,
  lambda: async () => (await import('./lambda.ts')).lambda,
  status: async () => (await import('./status.ts')).status,
  retry: async () => (await import('./retry.ts')).retry,
  accept: async () => (await import('./accept.ts')).accept,
  report: async () => (await import('./report.ts')).report,
  replay: async () => (await import('./replay.ts')).replay,
  up: async () => (await import('./up.ts')).up,
  coordinator: async () => (await import('./service.ts')).service('coordinator'),
  scanner: async () => (await import('./service.ts')).service('scanner'),
  crawler: async () => (await import('./service.ts')).service('crawler'),
  transfer: async () => (await import('./service.ts')).service('transfer'),
  aggregator: async () => (await import('./service.ts')).service('aggregator'),
  health: async () => (await import('./health.ts')).health,
  videos: async () => (await import('./videos.ts')).videos,
  show: async () => (await import('./show.ts')).show,
  submit: async () => (await import('./submit.ts')).submit,
  pause: async () => (await import('./decision-verbs.ts')).pause,
  resume: async () => (await import('./decision-verbs.ts')).resume,
  cancel: async () => (await import('./decision-verbs.ts')).cancel,
  priority: async () => (await import('./decision-verbs.ts')).priority,
  purge: async () => (await import('./decision-verbs.ts')).purge,
  import: async () => (await import('./import.ts')).importState,
  init: async () => (await import('./init.ts')).init,
  config: async () => (await import('./config.ts')).config,
  completion: async () => (await import('./completion.ts')).completion,
};

/**
 * Runs the command line. Errors are printed on standard error and never thrown.
 *
 * @param argv - the arguments after `flants`
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  const { stdout, stderr } = process;
  const environment = readEnvironment();
  const lostOutput = keepWriting(stdout);
  keepWriting(stderr);
  process.once('uncaughtException', (error) => {
    printError(error, argv, environment);
    process.exit(exitCodes.notStarted);
  });
  let exitCode: number = exitCodes.whole;
  if (argv.length === 0) {
    const { findConfigFile } = await import('../config/input/config-file.ts');
    stderr.write(renderFirstSteps(await findConfigFile(process.cwd())));
    return exitCodes.notStarted;
  }
  const program = buildProgram(argv, async (name, words, flags) => {
    const verb = await loaders[name]();
    const typed = { words, flags, environment, cwd: process.cwd() };
    // Checking options costs more than help should.
    const { completeInput } = await import('../config/input/command-input.ts');
    const input = readsOwnConfig(name) ? typed : await completeInput(name, typed);
    exitCode = await verb(input, { stdout, stderr, argv });
  });
  try {
    await program.parseAsync(withBareFlags(argv), { from: 'user' });
    // Errors of what was just written come in the next turn.
    await setImmediate();
    const reason = lostOutput.reason();
    if (reason === undefined) return exitCode;
    stderr.write(`flants: not all of standard output could be written: ${reason}\n`);
    return exitCode === exitCodes.whole ? exitCodes.notStarted : exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.whole;
    printError(error, argv, environment);
    return failureOf(error).code === 'aborted' ? exitCodes.interrupted : exitCodes.notStarted;
  }
}

/** Verbs that look into a config file which may be wrong, or write one. */
function readsOwnConfig(name: VerbName): boolean {
  return name === 'config' || name === 'init' || name === 'completion';
}

function printError(error: unknown, argv: readonly string[], environment: Environment): void {
  const verb = verbNames.find((name) => name === argv[0]);
  const shown = error instanceof CommanderError ? new FlantsError('usage', commanderMessage(error, verb)) : error;
  const lines = renderError(shown, { debug: wantsStack(argv, environment), ...(verb === undefined ? {} : { verb }) });
  process.stderr.write(`${lines.join('\n')}\n`);
}

/**
 * Turns commander's `error: unknown option '--x'\n(Did you mean --y?)` into one line in the style of FLAnts. It knows
 * nothing of options that help does not list.
 */
function commanderMessage({ message, code }: CommanderError, verb: VerbName | undefined): string {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean/, ' (did you mean')
    .replace('unknown command', 'unknown verb');
  if (code !== 'commander.unknownOption' || text.endsWith('?)') || verb === undefined) return text;
  const typed = /'(--[^'=]+)/.exec(text)?.[1] ?? '';
  const meant = closestWord(typed, takenOptions(verbs[verb]).map(flagOf));
  return meant === undefined ? text : `${text} (did you mean ${meant}?)`;
}

/** Whether to show the stack. Works on the raw arguments, since options may have failed to parse. */
function wantsStack(argv: readonly string[], environment: Environment): boolean {
  return (
    argv.some(
      (word, index) => word === '--log-level=debug' || (word === 'debug' && argv[index - 1] === '--log-level'),
    ) || environment.options.logLevel?.text === 'debug'
  );
}
