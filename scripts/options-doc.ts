import { hasFileVariable } from '../src/config/input/environment.ts';
import { envOf, expectationOf, fileEnvOf, flagOf } from '../src/config/registry/option-spec.ts';
import type { OptionSpec } from '../src/config/registry/option-spec.ts';
import type { OptionName } from '../src/config/registry/options.ts';
import { configFileSchema } from '../src/config/registry/option-schemas.ts';
import type { VerbSpec } from '../src/config/registry/verb-spec.ts';
import { exitCodeTexts, specIn, verbNames, verbs } from '../src/config/registry/verbs.ts';
import type { VerbName } from '../src/config/registry/verbs.ts';
import { sessionForms } from '../src/domain/names/session-forms.ts';
import { defaultTokenParameters } from '../src/domain/names/tokens.ts';
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
    '# Session ids and tokens in names',
    '',
    'Made from `src/domain/names/session-forms.ts` and `src/domain/names/tokens.ts` by `node scripts/make-docs.ts`.',
    '',
    'Servers and CDNs put session ids and tokens into URLs, which are new for each viewer, each request or each week. FLAnts leaves these parts',
    'out of the names of objects: out of keys, comparisons with earlier runs, and evidence. It rewrites playlists to the names without them. To',
    'fetch the file, it keeps them in memory only.',
    '',
    '* **In paths** of `http` and `https` URLs it knows the forms in the table below. For others, use `--session-pattern`: a regular expression',
    '  for the path as it is written (case is ignored). FLAnts leaves out its first group, or else the whole match.',
    '* **In queries** it knows the parameters listed below. For others, use `--token-params`.',
    '* **Unknown ones are learnt.** FLAnts reads the first presentation of each origin twice before it copies a file. If the two readings differ',
    '  in one part or parameter throughout and nowhere else, and a third reading differs again, that part is left out. A later presentation',
    '  with similar names is read once more, and keeps its names if they stay the same. A message names the option that sets the rule for',
    '  the whole library.',
    '* **If URLs of one presentation differ only in such a part,** FLAnts compares their bytes. If the bytes differ, the part selects the object,',
    '  and its hash becomes part of the key. If there is nothing to compare, name such parameters with `--key-params`. Two videos share an',
    '  object whose URL had such a part only if the bytes are the same; otherwise it is a `key.conflict`.',
    '* **The rules are fixed when a library starts.** If its keys already contain such parts, it keeps them and says so, and a new token still',
    '  counts as the same object. To get rid of them, start again with another destination or prefix.',
    '',
    '| form | left out, between « and » | source |',
    '|---|---|---|',
    ...sessionForms.map(({ name, example, source }) => `| ${name} | ${code(example)} | <${source}> |`),
    '',
    'If a part that looks like this distinguishes videos, give `--key-params` the pattern of its form, from `src/domain/names/session-forms.ts`. For',
    'the first form in the table:',
    '',
    '```text',
    sessionForms[0]?.pattern,
    '```',
    '',
    '## Parameters',
    '',
    'Case is ignored; `*` stands for any ending.',
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
  const added = ownOf(verb, other);
  const differing = verb.options.filter(
    (option) => added.includes(option) || rowOf(verb, option) !== rowOf(other, option),
  );
  const words = added.length > 0 ? 'These differ or are added:' : 'These differ:';
  return [
    `The options of \`${twin}\`${missing.length > 0 ? ` without ${missing.join(' and ')}` : ''}${differing.length > 0 ? `. ${words}` : '.'}`,
    '',
    ...(differing.length > 0 ? tableOf(verb, differing) : []),
  ];
}

/** An earlier verb that has this verb's options but one at most, where those are many. */
function twinOf(name: VerbName, verb: VerbSpec): VerbName | undefined {
  if (verb.options.length < manyOptions) return undefined;
  const earlier = verbNames.slice(0, verbNames.indexOf(name));
  return earlier.find((each) => ownOf(verb, verbs[each]).length <= 1);
}

const manyOptions = 40;

/** Options that another verb does not have. */
function ownOf(verb: VerbSpec, other: VerbSpec): readonly OptionName[] {
  return verb.options.filter((option) => !other.options.includes(option));
}

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
