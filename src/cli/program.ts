import { Argument, Command, Option } from 'commander';
import { flagOf } from '../config/registry/option-spec.ts';
import type { OptionSpec } from '../config/registry/option-spec.ts';
import { optionNames, specOf } from '../config/registry/options.ts';
import type { OptionName } from '../config/registry/options.ts';
import type { Flags } from '../config/input/merge.ts';
import type { VerbSpec } from '../config/registry/verb-spec.ts';
import { closestWord } from '../config/input/suggest.ts';
import { FlantsError } from '../domain/failure.ts';
import { exitCodeTexts, specIn, takenOptions, verbNames, verbs } from '../config/registry/verbs.ts';
import type { VerbName } from '../config/registry/verbs.ts';
import { readVersion } from './version.ts';

/** Runs the verb that was typed. */
export type RunVerb = (verb: VerbName, words: readonly string[], flags: Flags) => Promise<void>;

const configurationText =
  'You can also set every option in the environment (FLANTS_CONCURRENCY) or in a config file (flants.yaml;\nflants init writes one). A flag overrides the environment, and the environment overrides the file.\nMessages of failures end with an error code in brackets: docs/errors.md, or man flants, says what to do about it.';

/**
 * Builds the command line from the registry of verbs and options. It parses arguments and prints help. Values are
 * checked later, together with the other layers.
 *
 * Parsing throws `CommanderError` for help, version and mistakes. Help is written to the streams.
 *
 * @param argv - the arguments to be parsed; to save time, only verbs that occur in it get their options
 */
export function buildProgram(argv: readonly string[], run: RunVerb): Command {
  const program = new Command('flants')
    .description('Copies HLS video libraries to S3. Tracks every file, and publishes a video only when it is complete.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .usage('<verb> [options] …')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      `\nExit codes:\n${exitCodeLines()}\n\n${configurationText}\n\nflants <verb> --help shows the options of a verb, with examples.`,
    );
  for (const name of verbNames) {
    const command = addVerb(program, name, verbs[name], run);
    if (argv.includes(name)) addOptions(command, verbs[name]);
  }
  return addHelp(program);
}

/** Commander's own answers an unknown verb with all help and an error that says nothing. */
function addHelp(program: Command): Command {
  program
    .command('help')
    .summary('print help for a verb')
    .helpGroup('More:')
    .description('Print help for a verb.')
    .argument('[verb]')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments()
    .action((verb?: string) => {
      if (verb === undefined) program.help();
      program.commands.find((command) => command.name() === verb)?.help();
      const meant = closestWord(verb, verbNames);
      throw new FlantsError('usage', `unknown verb '${verb}'${meant === undefined ? '' : ` (did you mean ${meant}?)`}`);
    });
  return program;
}

function addVerb(program: Command, name: VerbName, verb: VerbSpec, run: RunVerb): Command {
  const command = program
    .command(name)
    .summary(verb.summary)
    .helpGroup(`${verb.group}:`)
    .description(`${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.`)
    .argument('[words...]')
    .usage(`[options] ${verb.words}`.trimEnd())
    .helpOption('-h, --help', 'print this help')
    .configureHelp({
      visibleArguments: () => verb.wordTexts.map(([word, text]) => new Argument(`[${word}]`, text)),
      argumentTerm: (argument) => argument.name(),
    })
    .addHelpText(
      'after',
      `\nExamples:\n${exampleLines(verb)}\n\nExit codes:\n${exitCodeLines()}${verb.exitNote === undefined ? '' : `\n  ${verb.exitNote}`}\n\n${configurationText}`,
    )
    .action((words: string[]) => run(name, words, flagsOf(command, takenOptions(verb))));
  return command;
}

function addOptions(command: Command, verb: VerbSpec): void {
  const listed = new Set<OptionName>(verb.options);
  for (const option of takenOptions(verb))
    for (const each of optionsOf(option, specIn(verb, option)))
      command.addOption(listed.has(option) ? each : each.hideHelp());
}

/**
 * Gives flags that may stand alone the value that they then have. The parser would take the argument after them for it.
 *
 * @param argv - the arguments after `flants`
 */
export function withBareFlags(argv: readonly string[]): readonly string[] {
  const bare = new Map(
    optionNames.flatMap((name) => {
      const spec = specOf(name);
      return 'bare' in spec ? [[flagOf(name), `${flagOf(name)}=${spec.bare}`]] : [];
    }),
  );
  const end = argv.indexOf('--');
  return argv.map((argument, at) => (end >= 0 && at > end ? argument : (bare.get(argument) ?? argument)));
}

/** The option itself and, for a switch, its opposite. Help lists the one that changes the default. */
function optionsOf(name: OptionName, spec: OptionSpec): readonly Option[] {
  const flag = flagOf(name);
  if (spec.kind === 'switch') {
    const [on, off] = [new Option(flag, spec.text), new Option(flag.replace('--', '--no-'), spec.text)];
    return [
      on.helpGroup(`${spec.group}:`).hideHelp(spec.default),
      off.helpGroup(`${spec.group}:`).hideHelp(!spec.default),
    ];
  }
  const valueName = spec.value ?? 'VALUE';
  const term = 'bare' in spec ? `${flag} [${valueName}]` : `${flag} <${valueName}>`;
  const option = new Option(term, spec.text + defaultText(spec)).helpGroup(`${spec.group}:`);
  return [
    spec.kind === 'list'
      ? option.argParser((value, before: string[] | undefined) => [...(before ?? []), value])
      : option,
  ];
}

function defaultText(spec: OptionSpec): string {
  const value = spec.defaultText ?? ('default' in spec ? spec.default : undefined);
  return value === undefined ? '' : ` (default: ${String(value)})`;
}

/** Only flags that were typed: commander's defaults would override the environment. */
function flagsOf(command: Command, names: readonly OptionName[]): Flags {
  const typed = names.filter((name) => command.getOptionValueSource(name) === 'cli');
  return Object.fromEntries(
    typed.map((name) => [name, command.getOptionValue(name) as string | boolean | readonly string[]]),
  );
}

function exampleLines({ examples }: VerbSpec): string {
  return examples.map(([text, example]) => `  # ${text}\n  ${example}`).join('\n');
}

function exitCodeLines(): string {
  return exitCodeTexts.map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`).join('\n');
}
