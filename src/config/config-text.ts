import type { OptionName } from './registry/options.ts';
import { optionNames, specOf } from './registry/options.ts';

/** What a config file is written from. */
export interface ConfigContent {
  readonly sources: readonly string[];
  readonly destination: string;
  readonly options: Readonly<Partial<Record<OptionName, unknown>>>;
}

/** Options that are often wanted later: they are in the file as comments. */
const hinted: readonly (readonly [name: OptionName, example: unknown])[] = [
  ['profile', 'media'],
  ['region', 'eu-central-1'],
  ['headerFile', '/path/of/headers.txt'],
  ['bwlimit', '20M'],
  ['sourceTpslimit', 50],
];

/**
 * Writes a config file, in YAML, with a comment for each option.
 *
 * @returns lines joined by line breaks, with one at the end
 */
export function configText({ sources, destination, options }: ConfigContent): string {
  const set = optionNames.filter((name) => options[name] !== undefined);
  const others = hinted.filter(([name]) => options[name] === undefined);
  const lines = [
    '# Options of flants for this library. Flags and environment variables take precedence.',
    '# "flants config show" says where each value comes from, "flants config check" finds mistakes.',
    '# Credentials do not belong here: they come from the AWS profile, from AWS_ACCESS_KEY_ID, or from the role of the',
    '# machine; headers for the source from the file of headerFile, tokens from FLANTS_TOKEN or the file of tokenFile.',
    '',
    '# Playlists and catalogues of videos, and where they go: then "flants copy" alone is enough.',
    `sources:${list(sources)}`,
    `destination: ${scalar(destination)}`,
    ...set.flatMap((name) => ['', `# ${capital(specOf(name).text)}.`, `${name}:${value(options[name])}`]),
    '',
    '# More of them, by their defaults off:',
    ...others.map(([name, example]) => `# ${name}: ${scalar(example)}  # ${specOf(name).text}`),
  ];
  return `${lines.join('\n')}\n`;
}

function value(given: unknown): string {
  return Array.isArray(given) ? list(given) : ` ${scalar(given)}`;
}

function list(items: readonly unknown[]): string {
  return items.length === 0 ? ' []' : items.map((item) => `\n  - ${scalar(item)}`).join('');
}

/** JSON, which is YAML as well, where plain text would mean something else. */
function scalar(given: unknown): string {
  const isPlain =
    typeof given === 'string' &&
    /^[A-Za-z./][\w./:@+-]*$/.test(given) &&
    !given.endsWith(':') &&
    !/^(?:true|false|yes|no|on|off|null|y|n|\.inf|\.nan)$/i.test(given);
  return isPlain ? given : JSON.stringify(given);
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
}
