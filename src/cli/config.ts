import { checkConfig, loadConfigCommand, showConfig } from '../config/config-report.ts';
import type { ConfigCheck, ShownValue, ValueOrigin } from '../config/config-report.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Verb } from './context.ts';
import { formatCounted } from '../domain/report/amount-text.ts';
import { padText, textWidth } from './text-width.ts';

/** `flants config check` and `flants config show` */
export const config: Verb = async (input, { stdout }) => {
  const command = await loadConfigCommand(input);
  if (command.action === 'check') {
    const check = await checkConfig(command, input);
    stdout.write(command.json ? `${JSON.stringify(check)}\n` : renderConfigCheck(check));
    return check.faults.length > 0 ? exitCodes.notStarted : exitCodes.whole;
  }
  const { findAwsRegion } = await import('../app/aws-region.ts');
  const shown = await showConfig(command, input, findAwsRegion);
  stdout.write(command.json ? `${JSON.stringify(shown)}\n` : renderConfigValues(shown));
  return exitCodes.whole;
};

/** Renders the faults of a config file, each with its line, as compilers do. */
export function renderConfigCheck({ path, verb, options, faults, warnings }: ConfigCheck): string {
  const lines = [
    ...faults.map(({ line, message }) => `${path}${line === undefined ? '' : `:${line}`}: ${message}`),
    ...warnings.map(({ line, message }) => `${path}:${line}: warning: ${message}`),
    faults.length > 0
      ? `${formatCounted(faults.length, 'fault')} in ${path}`
      : `${path}: ${formatCounted(options, 'option')}, nothing wrong for flants ${verb}`,
    ...(faults.length > 0 ? [] : [`  next: flants ${verb}${verb === 'copy' ? ' --dry-run' : ''}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Renders values in columns: name, value, origin. */
export function renderConfigValues({
  path,
  values,
}: {
  readonly path?: string;
  readonly values: readonly ShownValue[];
}): string {
  const nameWidth = Math.max(0, ...values.map(({ name }) => name.length));
  const valueWidth = Math.min(40, Math.max(0, ...values.map(({ value }) => textWidth(value))));
  const lines = values.map(
    ({ name, value, from }) =>
      `${name.padEnd(nameWidth)}  ${textWidth(value) > valueWidth ? value : padText(value, valueWidth)}  ${originText(from)}`,
  );
  const heading = path === undefined ? 'No config file here: flants init writes one' : `Config file: ${path}`;
  return `${[heading, ...lines].join('\n')}\n`;
}

function originText(from: ValueOrigin): string {
  switch (from.kind) {
    case 'flag':
    case 'environment':
      return from.name;
    case 'file':
      return `${from.path}${from.line === undefined ? '' : `:${from.line}`}`;
    case 'argument':
      return 'command line';
    case 'aws':
      return 'AWS configuration';
    case 'default':
      return 'default';
  }
}
