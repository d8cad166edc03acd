import { writeFile } from 'node:fs/promises';
import { loadLambdaBundleOptions } from '../config/lambda-bundle-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Verb } from './context.ts';

/** `flants lambda bundle` */
export const lambda: Verb = async (input, { stdout }) => {
  const { outPath, json } = await loadLambdaBundleOptions(input);
  const { functionSetup, makeFunctionArchive } = await import('../app/functions/archive.ts');
  const archive = await makeFunctionArchive();
  try {
    await writeFile(outPath, archive);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlantsError('usage', `--out cannot be written: ${reason}`, { cause });
  }
  const { runtime, handler, memoryMb, timeoutSeconds, architecture } = functionSetup;
  stdout.write(
    json
      ? `${JSON.stringify({ file: outPath, sizeBytes: archive.byteLength, ...functionSetup })}\n`
      : [
          `${outPath}: ${(archive.byteLength / 1e6).toFixed(2)} MB`,
          `  runtime       ${runtime}, ${architecture}`,
          `  handler       ${handler}`,
          `  memory        ${memoryMb} MB`,
          `  time-out      ${timeoutSeconds} s`,
          '',
        ].join('\n'),
  );
  return exitCodes.whole;
};
