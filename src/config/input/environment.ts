import { envOf } from '../registry/option-spec.ts';
import { optionNames, specOf } from '../registry/options.ts';
import type { OptionName } from '../registry/options.ts';
import type { StateEnvironment } from '../values/state-dir.ts';

/** Everything that FLAnts reads from the environment. */
export interface Environment extends StateEnvironment {
  /** Texts of the options that are set, with the variable that each came from. */
  readonly options: Readonly<Partial<Record<OptionName, { readonly variable: string; readonly text: string }>>>;
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
  for (const name of optionNames) {
    const variable = [envOf(name), ...(specOf(name).alsoEnv ?? [])].find((each) => (variables[each] ?? '') !== '');
    if (variable !== undefined) options[name] = { variable, text: variables[variable] ?? '' };
  }
  return Object.freeze({
    options: Object.freeze(options),
    XDG_STATE_HOME: variables['XDG_STATE_HOME'],
    HOME: variables['HOME'],
    dumbTerminal: variables['TERM'] === 'dumb',
  });
}
