import { hasFileVariable } from '../src/config/input/environment.ts';
import { configFileNames } from '../src/config/input/config-file.ts';
import { envOf, expectationOf, fileEnvOf, flagOf } from '../src/config/registry/option-spec.ts';
import { failureGuide } from '../src/config/failure-guide/guide.ts';
import type { OptionSpec } from '../src/config/registry/option-spec.ts';
import { optionNames, specOf } from '../src/config/registry/options.ts';
import type { OptionName } from '../src/config/registry/options.ts';
import type { VerbSpec } from '../src/config/registry/verb-spec.ts';
import { exitCodeTexts, verbNames, verbs } from '../src/config/registry/verbs.ts';
import type { VerbName } from '../src/config/registry/verbs.ts';

/**
 * Makes the manual page from the registry of verbs and options, in man(7).
 *
 * @param version - of the package
 * @param date - of the page, such as 2026-11-30
 */
export function manPage(version: string, date: string): string {
  const lines = [
    '.\\" Made by scripts/man-page.ts from src/config: do not edit.',
    `.TH FLANTS 1 ${date} "flants ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    'flants \\- copy HLS video libraries to S3, and publish each video when it is complete',
    '.SH SYNOPSIS',
    '.B flants',
    '.I verb',
    '.RI [ options ]',
    '.RI [ words ]',
    '.SH DESCRIPTION',
    'Copies HLS presentations from web servers and folders to S3, S3-compatible stores and folders. It publishes a video',
    'when every file that its playlists name is at the destination. After an interruption, the same command continues.',
    '.PP',
    '.B flants init',
    'writes a config file by asking;',
    '.B flants copy',
    'then copies.',
    '.SH VERBS',
    ...verbNames.flatMap(verbLines),
    '.SH OPTIONS',
    'A flag overrides the environment, and the environment overrides the config file. To turn a switch off, put',
    '.B \\-\\-no\\-',
    'before its name.',
    ...optionNames.flatMap(optionLines),
    '.SH "EXIT STATUS"',
    ...exitCodeTexts.flatMap(([code, text]) => ['.TP', `.B ${code}`, line(text)]),
    '.SH "ERROR CODES"',
    'Every message that names a failure ends with its code in brackets.',
    ...Object.entries(failureGuide).flatMap(([code, { means, cause, cure }]) => [
      '.TP',
      `.B ${escaped(code)}`,
      line(plain(`${means} ${cause}`)),
      line(plain(cure)),
    ]),
    '.SH FILES',
    '.TP',
    `.B ${configFileNames.map(escaped).join(', ')}`,
    'in the current folder: options by their names, and sources and destination, in YAML or JSON.',
    '.TP',
    '.B \\(ti/.local/state/flants',
    'the state of each destination; below XDG_STATE_HOME where that is set.',
    '.SH EXAMPLES',
    '.B flants',
    '.I verb',
    '.B \\-\\-help',
    'shows those of one verb.',
    ...verbNames.flatMap(exampleLines),
    '.SH "SEE ALSO"',
    '.BR aws (1),',
    '.BR rclone (1)',
  ];
  return `${lines.join('\n')}\n`;
}

function verbLines(name: VerbName): readonly string[] {
  const verb: VerbSpec = verbs[name];
  return [
    '.TP',
    `.B flants ${escaped(name)} ${escaped(verb.words)}`.trimEnd(),
    line(`${verb.summary}.`),
    ...(verb.exitNote === undefined ? [] : [line(verb.exitNote)]),
  ];
}

function optionLines(name: OptionName): readonly string[] {
  const spec: OptionSpec = specOf(name);
  const isOff = spec.kind === 'switch' && spec.default;
  const flag = escaped(isOff ? flagOf(name).replace('--', '--no-') : flagOf(name));
  const value = spec.kind === 'switch' ? '' : ` \\fI${escaped(spec.value ?? 'VALUE')}\\fR`;
  const fallback = spec.defaultText ?? ('default' in spec && spec.kind !== 'switch' ? String(spec.default) : undefined);
  const variables = [envOf(name), ...(hasFileVariable(name) ? [fileEnvOf(name)] : []), ...(spec.alsoEnv ?? [])];
  const takers = verbNames.filter((each) => (verbs[each] as VerbSpec).options.includes(name));
  return [
    '.TP',
    `.B ${flag}${value}`,
    line(`${spec.text}.`),
    ...(spec.kind === 'switch' ? [] : [line(`Expected: ${expectationOf(spec)}.`)]),
    ...(fallback === undefined ? [] : [line(`Default: ${fallback}.`)]),
    line(`Environment: ${variables.join(', ')}. Verbs: ${takers.join(', ')}.`),
  ];
}

function exampleLines(name: VerbName): readonly string[] {
  return verbs[name].examples.flatMap(([text, command]) => [
    '.PP',
    line(`${name}, ${text}:`),
    '.PP',
    '.RS 4',
    '.nf',
    line(command),
    '.fi',
    '.RE',
  ]);
}

/** Text without the marks of Markdown. */
function plain(text: string): string {
  return text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, 'docs/$1').replaceAll('`', '');
}

/** A line of text, which must not look like a request of roff. */
function line(text: string): string {
  return escaped(text).replace(/^(['.])/, '\\&$1');
}

function escaped(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '\\': '\\e',
    '-': '\\-',
    '~': '\\(ti',
    '^': '\\(ha',
    '`': '\\(ga',
    "'": '\\(aq',
    '…': '...',
    '’': '\\(cq',
    '×': '\\(mu',
    '"': '\\(dq',
  };
  return text.replaceAll(/[\\~^`'"…’×-]/g, (character) => named[character] ?? character);
}
