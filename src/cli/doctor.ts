import { loadDoctorOptions } from '../config/doctor-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { countOf } from '../domain/report/finding.ts';
import { abortOnSignal } from './abort-on-signal.ts';
import type { Verb } from './context.ts';
import { renderDoctor } from './render/doctor.ts';
import { readVersion } from './version.ts';

/** `flants doctor` */
export const doctor: Verb = async (input, { stdout }) => {
  const options = await loadDoctorOptions(input);
  const { examine } = await import('../app/doctor/doctor.ts');
  const report = await abortOnSignal((signal) => examine(options, { version: readVersion(), signal }));
  stdout.write(options.json ? `${JSON.stringify(report)}\n` : renderDoctor(report));
  if (countOf('fault', report.findings) > 0) return exitCodes.notStarted;
  return countOf('warning', report.findings) > 0 ? exitCodes.warnings : exitCodes.whole;
};
