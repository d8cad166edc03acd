/** What `cdk` runs; `node app.ts` alone synthesises into cdk.out/, without credentials and without network. */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { functionSource } from './src/function-source.ts';
import { readSettings } from './src/settings.ts';
import { addStack } from './src/stack.ts';

const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? join(import.meta.dirname, 'cdk.out') });
addStack(app, { ...readSettings(app.node), source: functionSource() });
app.synth();
