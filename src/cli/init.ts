import { configText } from '../config/config-text.ts';
import type { CommandInput } from '../config/input/command-input.ts';
import { loadInitOptions, makeConfigContent } from '../config/init-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { FlantsError } from '../domain/failure.ts';
import { abortOnSignal } from './abort-on-signal.ts';
import type { Verb } from './context.ts';
import { writeToFile } from './output.ts';
import { renderFailure } from './render/error.ts';
import { shellQuote } from './shell-quote.ts';

/** `flants init` */
export const init: Verb = async (input, { stdout, stderr }) => {
  const { path, name, yes, force } = await loadInitOptions(input);
  const answered = yes ? input : { ...input, ...(await askFor(input, stdout)) };
  if (answered.words.length < 2)
    throw new FlantsError('usage', 'init --yes needs a source and a destination, such as: videos.json s3://media/vod');
  const { content, copy } = await makeConfigContent(answered);
  if (copy) {
    const { checkPlace } = await import('../app/check-place.ts');
    const checks = await abortOnSignal((signal) => checkPlace(copy, signal));
    for (const { what, found, failure } of checks) {
      if (failure) stderr.write(`${[`the ${what} cannot be used:`, ...renderFailure(failure, 'init')].join('\n')}\n`);
      else stdout.write(`${what}: ${found}\n`);
    }
    if (!force && checks.some(({ failure }) => failure)) {
      stderr.write(`${name} was not written; --force writes it all the same\n`);
      return exitCodes.notStarted;
    }
  }
  await writeToFile(path, '--config', (write) => write(configText(content).trimEnd()));
  const words = name === 'flants.yaml' ? '' : ` --config ${shellQuote(name)}`;
  stdout.write(
    copy
      ? `${name} is written; next:\n  flants copy --dry-run${words}   # what would be copied\n  flants copy${words}\n`
      : `${name} is written; next:\n  flants config check${words}\n  flants up${words}\n`,
  );
  return exitCodes.whole;
};

async function askFor(
  { words, flags, cwd }: CommandInput,
  stdout: NodeJS.WriteStream,
): Promise<Pick<CommandInput, 'words' | 'flags'>> {
  if (!process.stdin.isTTY || !stdout.isTTY)
    throw new FlantsError('usage', 'init asks on a terminal, and this is none: give source and destination, and --yes');
  const [{ askConfig }, { findAwsRegion }] = await Promise.all([
    import('./ask-config.ts'),
    import('../app/aws-region.ts'),
  ]);
  return askConfig({ words, flags, cwd, findRegion: findAwsRegion });
}
