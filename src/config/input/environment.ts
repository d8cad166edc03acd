import { envOf, fileEnvOf } from '../registry/option-spec.ts';
import { optionNames, specOf } from '../registry/options.ts';
import type { OptionName } from '../registry/options.ts';
import type { StateEnvironment } from '../values/state-dir.ts';

/** Everything that FLAnts reads from the environment. */
export interface Environment extends StateEnvironment {
  /** Texts of the options that are set, with the variable that each came from. */
  readonly options: Readonly<Partial<Record<OptionName, { readonly variable: string; readonly text: string }>>>;
  /**
   * Paths of files that hold secret options, for those that are not set themselves, with the variable that named each: how
   * Docker and Kubernetes hand out secrets.
   */
  readonly secretFiles: Readonly<Partial<Record<OptionName, { readonly variable: string; readonly path: string }>>>;
  /** `TERM=dumb`: a terminal that cannot move its cursor. */
  readonly dumbTerminal: boolean;
}

/**
 * Reads the environment once. An empty variable counts as unset.
 *
 * @param variables - `process.env`, or the variables of a test
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const options: Partial<Record<OptionName, { variable: string; text: string }>> = {};
  const secretFiles: Partial<Record<OptionName, { variable: string; path: string }>> = {};
  for (const name of optionNames) {
    const variable = [envOf(name), ...(specOf(name).alsoEnv ?? [])].find((each) => (variables[each] ?? '') !== '');
    if (variable !== undefined) options[name] = { variable, text: variables[variable] ?? '' };
    else if (hasFileVariable(name)) {
      const path = variables[fileEnvOf(name)] ?? '';
      if (path !== '') secretFiles[name] = { variable: fileEnvOf(name), path };
    }
  }
  return Object.freeze({
    options: Object.freeze(options),
    secretFiles: Object.freeze(secretFiles),
    XDG_STATE_HOME: variables['XDG_STATE_HOME'],
    HOME: variables['HOME'],
    dumbTerminal: variables['TERM'] === 'dumb',
  });
}

/** Whether a secret option is also read from a file that the environment names. Some have an option of their own for that. */
export function hasFileVariable(name: OptionName): boolean {
  return specOf(name).secret === true && !(optionNames as readonly string[]).includes(`${name}File`);
}
