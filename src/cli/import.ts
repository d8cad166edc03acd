import { loadImportOptions } from '../config/library-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { importState as runImport } from '../app/cluster/import-state.ts';
import type { ImportOptions } from '../config/library-options.ts';
import type { Verb } from './context.ts';
import { formatCounted } from '../domain/report/amount-text.ts';
import { abortOnSignal } from './abort-on-signal.ts';

type Imported = Awaited<ReturnType<typeof runImport>>;

/** `flants import`. A repeated import resumes where the last one stopped. */
export const importState: Verb = async (input, { stdout, stderr }) => {
  const { options, json } = await loadImportOptions(input);
  const app = await import('../app/cluster/import-state.ts');
  const onWarning = (message: string): void => void stderr.write(`warn: ${message}\n`);
  const imported = await abortOnSignal((signal) => app.importState(options, { signal, onWarning }));
  stdout.write(json ? `${JSON.stringify(imported)}\n` : renderImported(imported, options));
  return exitCodes.whole;
};

function renderImported({ videos, evidence, publications }: Imported, { stateDir, journal }: ImportOptions): string {
  const what = [
    formatCounted(videos, 'video'),
    `the evidence of ${formatCounted(evidence, 'file')}`,
    formatCounted(publications, 'publication'),
  ];
  return `taken over from ${stateDir} into ${journal.name}: ${what.join(', ')}\n`;
}
