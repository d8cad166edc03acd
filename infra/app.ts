/** What `cdk` runs; `node app.ts` alone synthesises into cdk.out/, without credentials and without network. */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functionSource } from './src/function-source.ts';
import { readSettings } from './src/settings.ts';
import { addStack } from './src/stack.ts';

const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? join(import.meta.dirname, 'cdk.out') });
try {
  addStack(app, { ...readSettings(app.node), source: functionSource() });
  app.synth();
} catch (error) {
  // The message names what is wrong, as a value of -c; where it was found out is of no use.
  console.error(`infra: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
