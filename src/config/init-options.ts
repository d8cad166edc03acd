import { stat } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { defaultTokenParameters, withoutTokens } from '../domain/names/tokens.ts';
import { loadCopyOptions } from './copy-options.ts';
import type { CopyOptions } from './copy-options.ts';
import type { TypedInput } from './input/command-input.ts';
import { configFileNames } from './input/config-file.ts';
import { givenValues } from './input/merge.ts';
import type { Flags } from './input/merge.ts';
import type { ConfigContent } from './config-text.ts';
import { envOf, fileEnvOf, flagOf } from './registry/option-spec.ts';
import { isFileOption } from './registry/option-schemas.ts';
import { optionNames, specOf } from './registry/options.ts';
import type { OptionName } from './registry/options.ts';
import { loadUpOptions } from './service-options.ts';
import { hasFileVariable } from './input/environment.ts';
import { localPath, withoutSecrets } from './values/location.ts';
import { assertParent } from './values/paths.ts';

/** Options of `init`, checked and frozen. */
export interface InitOptions {
  /** Absolute path of the file to write. */
  readonly path: string;
  /** As it was named. */
  readonly name: string;
  /** Whether to ask nothing. */
  readonly yes: boolean;
  readonly force: boolean;
}

/** Options that are about the command itself, and not about the library. */
const ofTheCommand = new Set<OptionName>(['yes', 'force', 'config']);

/**
 * Loads the options of `init` itself.
 *
 * @throws {FlantsError} `usage` where the file is there already
 */
export async function loadInitOptions({ flags, environment, cwd }: TypedInput): Promise<InitOptions> {
  const isOn = (name: 'yes' | 'force'): boolean => givenValues(name, { environment, flags }).at(-1)?.value === true;
  const named = flags.config ?? environment.options.config?.text;
  const name = typeof named === 'string' ? named : configFileNames[0];
  const path = localPath(name, cwd);
  await assertParent(path, '--config');
  const force = isOn('force');
  if (!force && (await stat(path).catch(() => undefined)))
    throw new FlantsError('usage', `${name} is there already: flants config check looks into it, --force replaces it`);
  return Object.freeze({ path, name, yes: isOn('yes'), force });
}

/**
 * Makes the content of a config file of words and flags, as another verb would take them.
 *
 * @returns the content, and the options of a copy by it; without them it is for a cluster
 * @throws {FlantsError} `usage` where the verb would refuse them, or one is a secret
 */
export async function makeConfigContent(
  input: TypedInput,
): Promise<{ readonly content: ConfigContent; readonly copy?: CopyOptions }> {
  const flags = Object.fromEntries(
    Object.entries(input.flags).filter(([name]) => !ofTheCommand.has(name as OptionName)),
  ) as Flags;
  const typed = { ...input, flags };
  for (const word of input.words) assertNoSecretIn(word);
  for (const name of optionNames) assertNoSecret(name, flags);
  const isCluster = (flags.journal ?? input.environment.options.journal) !== undefined;
  const copy = isCluster ? undefined : await loadCopyOptions(typed);
  if (isCluster) await loadUpOptions(typed);
  const nothing = { environment: { ...input.environment, options: {}, secretFiles: {} }, flags };
  const options = optionNames.flatMap((name) => {
    const given = isFileOption(name) ? givenValues(name, nothing).at(-1) : undefined;
    return given ? [[name, given.value] as const] : [];
  });
  const content = {
    sources: input.words.slice(0, -1),
    destination: input.words.at(-1) ?? '',
    options: Object.fromEntries(options),
  };
  return { content, ...(copy ? { copy } : {}) };
}

function assertNoSecretIn(word: string): void {
  const url = URL.parse(word);
  if (!url?.host) return;
  const isToken =
    /^https?:$/.test(url.protocol) && withoutTokens(url, { tokenParameters: defaultTokenParameters }).href !== url.href;
  if (url.username === '' && url.password === '' && !isToken) return;
  throw new FlantsError(
    'usage',
    `${withoutSecrets(word)} holds a secret, which init does not write: name a catalogue that is made anew, or set FLANTS_CATALOGUE for a cluster`,
  );
}

/** @throws {FlantsError} `usage` for an option that is a secret, and says where else it may be */
function assertNoSecret(name: OptionName, flags: Flags): void {
  const given = flags[name];
  if (given === undefined || specOf(name).secret !== true) return;
  const texts = typeof given === 'object' ? given : [String(given)];
  if (texts.every((text) => text.includes('://') && withoutSecrets(text) === text)) return;
  const file = (optionNames as readonly string[]).includes(`${name}File`)
    ? `${flagOf(`${name}File`)} FILE`
    : hasFileVariable(name)
      ? `a file that ${fileEnvOf(name)} names`
      : undefined;
  throw new FlantsError(
    'usage',
    `${flagOf(name)} is a secret, which init does not write: set ${envOf(name)}${file === undefined ? '' : `, or ${file}`}`,
  );
}
