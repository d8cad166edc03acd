/** Headings under which help and docs list options. */
export type OptionGroup =
  | 'What to copy'
  | 'What to retry'
  | 'What to accept'
  | 'What to compare'
  | 'Source'
  | 'Destination'
  | 'Network'
  | 'Speed'
  | 'Plan'
  | 'Budget'
  | 'AWS Lambda'
  | 'Cluster'
  | 'Catalogue'
  | 'Control'
  | 'Alerts'
  | 'Which videos'
  | 'What to submit'
  | 'Dashboard'
  | 'Output'
  | 'State'
  | 'Configuration';

interface SpecBase {
  readonly group: OptionGroup;
  /** One line for people, without the default. */
  readonly text: string;
  /** Name of the value in help: `--region <NAME>`. */
  readonly value?: string;
  /** Text for a default that is not a plain value. */
  readonly defaultText?: string;
  /** Environment variables of other tools that are read if FLAnts' own is not set. */
  readonly alsoEnv?: readonly string[];
  /** Values that shells complete, of an option that also takes others or several. */
  readonly suggestions?: readonly string[];
  /** The value is never shown, not even in an error about it. */
  readonly secret?: true;
}

/** A switch. One that is on by default is offered as `--no-…`. */
export interface SwitchSpec extends SpecBase {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** An integer within bounds. */
export interface IntegerSpec extends SpecBase {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  readonly default?: number;
}

/** One of a fixed set of words. */
export interface ChoiceSpec extends SpecBase {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default?: string;
}

/** A list: repeated flags, or one value with `separator` between the items. */
export interface ListSpec extends SpecBase {
  readonly kind: 'list';
  /** Separator on the command line and in the environment: a comma, or a line break for values that contain commas. */
  readonly separator: ',' | '\n';
  /** Format of each item, unless any text will do. */
  readonly expected?: string;
}

/** A word, a path, a URL, a rate (`20M`), a size (`512M`), a duration (`30s`) or a share (`5%`). */
export interface TextSpec extends SpecBase {
  readonly kind: 'text' | 'path' | 'url' | 'rate' | 'size' | 'duration' | 'percent';
  readonly default?: string;
  /** Format of the value, if the kind does not define it. */
  readonly expected?: string;
  /** A duration that may also be `never`. */
  readonly orNever?: true;
  /** A duration that may also be `0`. */
  readonly orZero?: true;
  /** What the flag alone means. Another value is given as `--flag=VALUE`, so that no argument after it is taken for one. */
  readonly bare?: string;
}

/** One option as plain data. Flag, environment variable, config file, help and docs are derived from it. */
export type OptionSpec = SwitchSpec | IntegerSpec | ChoiceSpec | ListSpec | TextSpec;

/** `sourceTimeout` is `--source-timeout` on the command line. */
export function flagOf(name: string): string {
  return `--${kebab(name)}`;
}

/** `sourceTimeout` is `FLANTS_SOURCE_TIMEOUT` in the environment. */
export function envOf(name: string): string {
  return `FLANTS_${kebab(name).replaceAll('-', '_').toUpperCase()}`;
}

/** The variable that names a file which holds a secret: `redis` is in the file of `FLANTS_REDIS_FILE`. */
export function fileEnvOf(name: string): string {
  return `${envOf(name)}_FILE`;
}

function kebab(name: string): string {
  return name.replace(
    /[A-Z0-9]+/g,
    (letters, at: number) => (/[A-Z]/.test(letters) && at > 0 ? '-' : '') + letters.toLowerCase(),
  );
}

/** Describes a valid value, to complete the sentence "expected …". */
export function expectationOf(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'switch':
      return 'true or false';
    case 'integer':
      return `a whole number from ${spec.min} to ${spec.max}`;
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'list':
      return spec.expected ?? (spec.separator === ',' ? 'values separated by commas' : 'one or more values');
    default:
      return (
        spec.expected ??
        textExpectations[spec.kind] + (spec.orNever ? ', or never' : '') + (spec.orZero ? ', or 0' : '')
      );
  }
}

const textExpectations: Readonly<Record<TextSpec['kind'], string>> = {
  rate: 'bytes per second such as 500K, 20M or 1.5G',
  size: 'bytes such as 512K, 64M or 2G',
  duration: 'a time such as 500ms, 30s, 2m, 24h or 7d',
  percent: 'a share such as 5% or 0.5%',
  url: 'a URL that begins with http:// or https://',
  path: 'a path',
  text: 'some text',
};
