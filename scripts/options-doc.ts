import { hasFileVariable } from '../src/config/input/environment.ts';
import { envOf, expectationOf, fileEnvOf, flagOf } from '../src/config/registry/option-spec.ts';
import type { OptionSpec } from '../src/config/registry/option-spec.ts';
import type { OptionName } from '../src/config/registry/options.ts';
import { configFileSchema } from '../src/config/registry/option-schemas.ts';
import type { VerbSpec } from '../src/config/registry/verb-spec.ts';
import { exitCodeTexts, specIn, verbNames, verbs } from '../src/config/registry/verbs.ts';
import type { VerbName } from '../src/config/registry/verbs.ts';
import { sessionForms } from '../src/domain/session-forms.ts';
import { defaultTokenParameters } from '../src/domain/tokens.ts';
import { errorsPage } from './errors-doc.ts';

/** Pages made from the registry, by path below the repository. */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/options.md', optionsPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/names.md', namesPage()],
    ['docs/config.schema.json', `${JSON.stringify(configFileSchema(), null, 2)}\n`],
  ]);
}

/** What is left out of names, from the rules themselves. */
function namesPage(): string {
  const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
  return [
    '# Names that belong to a session or a grant',
    '',
    'Made from `src/domain/session-forms.ts` and `src/domain/tokens.ts` by `node scripts/make-docs.ts`.',
    '',
    'Servers and CDNs put parts into URLs that are new for each viewer, each request or each week. Such a part is no part of the',
    'name of an object: not of its key, not of what is compared with an earlier run, not of the evidence; playlists are rewritten to',
    'the name without it. It is kept in memory alone, to fetch the file.',
    '',
    '* In paths of `http` and `https` URLs, the forms of the table below; others are named by `--session-pattern`, a regular',
    '  expression over the path as it is spelled (case ignored). Its first group is left out, or all that matches.',
    '* In queries, the parameters below; others are named by `--token-params`.',
    '* Unknown ones are learnt: the first presentation of each origin is read twice before its first file is copied. Two readings',
    '  that differ in one and the same part or parameter throughout, and in nothing else, and a third that differs again, are one',
    '  presentation. A later one whose names look alike is read once more, and keeps them if they stay the same. A line names the',
    '  option that says so for the whole library.',
    '* Where URLs of one presentation differ in such a part alone, their bytes are compared: if they differ, it chooses the object,',
    '  and a hash of it is part of the key (`--key-params` for parameters where there is nothing to compare). Across videos, an',
    '  object whose URL had such a part is another video’s only if it has the same bytes; else it is a `key.conflict`.',
    '* The rules are fixed when a library is begun. One whose keys hold such parts already keeps them, is told so, and takes a new',
    '  grant for what it is; begin it anew with another destination or prefix to be rid of them.',
    '',
    '| form | left out: between « and » | source |',
    '|---|---|---|',
    ...sessionForms.map(({ name, example, source }) => `| ${name} | ${code(example)} | <${source}> |`),
    '',
    'Where what looks like such a part tells videos apart, `--key-params` takes the pattern of its form, as it stands in',
    '`src/domain/session-forms.ts`. For the first of the table:',
    '',
    '```text',
    sessionForms[0]?.pattern,
    '```',
    '',
    '## Parameters',
    '',
    'In any case of letters; `*` stands for any rest.',
    '',
    defaultTokenParameters.map(code).join(' · '),
    '',
  ].join('\n');
}

function optionsPage(): string {
  return [
    '# Options',
    '',
    '<!-- Made by scripts/make-docs.ts from src/config: do not edit. -->',
    '',
    'A flag overrides the environment, and the environment overrides the config file. A list replaces a list.',
    'To turn a switch off, write `--no-` before its name, or `false` in the environment.',
    'A secret can be in a file, as Docker and Kubernetes provide it: `FLANTS_REDIS_FILE=/run/secrets/redis`.',
    '',
    'The config file is `flants.yaml` in the current folder, or the one that `--config` names. It is YAML or JSON with the names below',
    '(`concurrency: 64`), for all verbs: [its schema](config.schema.json). If it has `sources` and `destination`, `flants copy` needs no',
    'arguments, and verbs such as `status` need no destination. Paths in it are relative to the current folder. `flants init` writes one,',
    '`flants config check` finds mistakes, and `flants config show` shows where each value comes from.',
    '',
    ...verbNames.flatMap(verbSection),
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...exitCodeTexts.map(([code, text]) => `| ${code} | ${text} |`),
    '',
    '## Codes of failures',
    '',
    'Every message that names a failure ends with its code in brackets. [errors.md](errors.md) gives meaning, cause and cure of each.',
    '',
  ].join('\n');
}

function verbSection(name: VerbName): readonly string[] {
  const verb: VerbSpec = verbs[name];
  return [
    `## flants ${name} ${verb.words}`.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    '',
    `${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.${verb.exitNote === undefined ? '' : ` ${verb.exitNote}`}`,
    '',
    ...verb.wordTexts.map(([word, text]) => `* \`${word}\`: ${text}`),
    '',
    ...optionLines(name, verb),
    '',
    '```sh',
    ...verb.examples.flatMap(([text, command]) => [`# ${text}`, command]),
    '```',
    '',
  ];
}

/** Verbs with the options of another one say only where they differ. */
function optionLines(name: VerbName, verb: VerbSpec): readonly string[] {
  const twin = twinOf(name, verb);
  if (twin === undefined) return tableOf(verb, verb.options);
  const other: VerbSpec = verbs[twin];
  const missing = other.options
    .filter((option) => !verb.options.includes(option))
    .map((option) => `\`${flagOf(option)}\``);
  const differing = verb.options.filter((option) => rowOf(verb, option) !== rowOf(other, option));
  return [
    `The options of \`${twin}\`${missing.length > 0 ? ` without ${missing.join(' and ')}` : ''}${differing.length > 0 ? '. These differ:' : '.'}`,
    '',
    ...(differing.length > 0 ? tableOf(verb, differing) : []),
  ];
}

/** An earlier verb that has all of this verb's options, where those are many. */
function twinOf(name: VerbName, { options }: VerbSpec): VerbName | undefined {
  if (options.length < manyOptions) return undefined;
  const earlier = verbNames.slice(0, verbNames.indexOf(name));
  return earlier.find((each) => options.every((option) => (verbs[each] as VerbSpec).options.includes(option)));
}

const manyOptions = 40;

function tableOf(verb: VerbSpec, options: readonly OptionName[]): readonly string[] {
  return [
    '| flag | config file | environment | meaning | value | default |',
    '|---|---|---|---|---|---|',
    ...options.map((option) => rowOf(verb, option)),
  ];
}

function rowOf(verb: VerbSpec, option: OptionName): string {
  return optionRow(option, specIn(verb, option));
}

function optionRow(name: OptionName, spec: OptionSpec): string {
  const cells = [
    `\`${spec.kind === 'switch' && spec.default ? flagOf(name).replace('--', '--no-') : flagOf(name)}\``,
    name === 'config' ? '' : `\`${name}\``,
    [envOf(name), ...(hasFileVariable(name) ? [fileEnvOf(name)] : []), ...(spec.alsoEnv ?? [])]
      .map((variable) => `\`${variable}\``)
      .join(', '),
    spec.text,
    valueText(spec),
    spec.defaultText ?? ('default' in spec ? `\`${String(spec.default)}\`` : ''),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function valueText(spec: OptionSpec): string {
  if (spec.kind === 'switch' && spec.default) return '`false`';
  if (spec.kind !== 'list') return expectationOf(spec);
  if (spec.expected !== undefined) return spec.expected;
  return spec.separator === ','
    ? 'may be repeated, or separated by commas'
    : 'may be repeated; in the environment one per line';
}
