import { loadVerifyOptions } from '../config/verify-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Verb } from './context.ts';
import { renderVerify } from './render-verify.ts';
import { abortOnSignal } from './abort-on-signal.ts';

/** `flants verify` */
export const verify: Verb = async (input, { stdout }) => {
  const options = await loadVerifyOptions(input);
  const { verifyCopy } = await import('../app/verify-copy.ts');
  const report = await abortOnSignal((signal) => verifyCopy(options, { signal }));
  stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderVerify(report, options));
  const { problems, external, accepted, delivery = [] } = report;
  if (problems.length > 0 || delivery.some(({ level }) => level === 'fault')) return exitCodes.failed;
  return external.length + accepted.length + delivery.length > 0 ? exitCodes.warnings : exitCodes.whole;
};
