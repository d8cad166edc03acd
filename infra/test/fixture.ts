import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { FunctionSource } from '../src/function-source.ts';
import { readSettings } from '../src/settings.ts';
import { addStack } from '../src/stack.ts';

/** An archive of nothing: what is in it plays no part in the template. */
function emptySource(): FunctionSource {
  const file = join(mkdtempSync(join(tmpdir(), 'flants-infra-')), 'flants.zip');
  // The end of a central directory without entries.
  writeFileSync(file, Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex'));
  return { file, runtime: 'nodejs24.x', handler: 'flants.handler', memoryMb: 1769, timeoutSeconds: 900 };
}

/** Synthesises the stack with settings, as `cdk synth -c name=value` does; throws where cdk-nag finds something. */
export function synthesise(context: Readonly<Record<string, string>> = {}): Template {
  const app = new App({ context, outdir: mkdtempSync(join(tmpdir(), 'flants-cdk-')) });
  const stack = addStack(app, { ...readSettings(app.node), source: emptySource() });
  app.synth();
  return Template.fromStack(stack);
}

/** A statement of a policy, as templates have it. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

/** All statements of the policies of one type. */
export function statementsIn(template: Template, type: string): readonly Statement[] {
  const policies = Object.values(template.findResources(type)) as {
    readonly Properties: { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };
  }[];
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}
