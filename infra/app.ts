/** What `cdk` runs; `node app.ts` alone synthesises into cdk.out/, without credentials and without network. */
import { App } from 'aws-cdk-lib';
import { functionSource } from './src/function-source.ts';
import { readSettings } from './src/settings.ts';
import { addStack } from './src/stack.ts';

const app = new App();
addStack(app, { ...readSettings(app.node), source: functionSource() });
app.synth();
