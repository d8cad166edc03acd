import { loadVerifyOptions } from '../config/verify-options.ts';
import type { VerifyLibraryOptions, VerifyOptions } from '../config/verify-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Verb } from './context.ts';
import { renderLibraryVerify } from './render/library-verify.ts';
import { renderVerify } from './render/verify.ts';
import { abortOnSignal } from './abort-on-signal.ts';

/** `flants verify` */
export const verify: Verb = async (input, { stdout }) => {
  const task = await loadVerifyOptions(input);
  if (task.kind === 'playlist') return verifyOne(task.options, stdout);
  const { asPlaylist } = task;
  if (!asPlaylist) return verifyAll(task.options, stdout);
  const { isPlaylist } = await import('../app/verify-copy.ts');
  const isOne = await abortOnSignal((signal) => isPlaylist(asPlaylist, { signal }));
  return isOne ? verifyOne(asPlaylist, stdout) : verifyAll(task.options, stdout);
};

async function verifyOne(options: VerifyOptions, stdout: NodeJS.WriteStream): Promise<number> {
  const { verifyCopy } = await import('../app/verify-copy.ts');
  const report = await abortOnSignal((signal) => verifyCopy(options, { signal }));
  stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderVerify(report, options));
  const { problems, external, accepted, delivery = [] } = report;
  if (problems.length > 0 || delivery.some(({ level }) => level === 'fault')) return exitCodes.failed;
  return external.length + accepted.length + delivery.length > 0 ? exitCodes.warnings : exitCodes.whole;
}

async function verifyAll(options: VerifyLibraryOptions, stdout: NodeJS.WriteStream): Promise<number> {
  const { verifyDestination } = await import('../app/verify-destination.ts');
  const report = await abortOnSignal((signal) => verifyDestination(options, { signal }));
  stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderLibraryVerify(report, options));
  const { problems, external, accepted, delivery, extra, refusedRows } = report;
  if (problems + refusedRows.length > 0 || delivery.some(({ level }) => level === 'fault')) return exitCodes.failed;
  return external + accepted.length + delivery.length + extra.count > 0 ? exitCodes.warnings : exitCodes.whole;
}
