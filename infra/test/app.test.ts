import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { App } from 'aws-cdk-lib';
import { readSettings } from '../src/settings.ts';

const folder = join(import.meta.dirname, '..');
const root = join(folder, '..');

/** What `npm run build` makes of the function, where this clone is not built. */
function buildFunction(): void {
  const file = join(root, 'dist', 'lambda', 'flants.mjs');
  if (existsSync(file)) return;
  const script = `import { mkdirSync, writeFileSync } from 'node:fs';
    import { bundleFunction } from './scripts/bundle-function.ts';
    mkdirSync(${JSON.stringify(dirname(file))}, { recursive: true });
    writeFileSync(${JSON.stringify(file)}, (await bundleFunction()).code);`;
  const words = ['--input-type=module', '--eval', script];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

/** A namespace without any network, where the system lets us make one. */
const apart = ['unshare', '--net', '--map-root-user'] as const;
const isolated = spawnSync(apart[0], [...apart.slice(1), 'true']).status === 0 ? apart : [];

/** Runs the app as a user does, with nothing in its environment; `context` as the command `cdk -c` hands it on. */
function run(context: Readonly<Record<string, string>> = {}) {
  const out = mkdtempSync(join(tmpdir(), 'flants-cdk-app-'));
  const [program = '', ...words] = [...isolated, process.execPath, 'app.ts'];
  const { status, stderr } = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: out,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
  });
  const read = (name: string): string => readFileSync(join(out, name), 'utf8');
  return { status, stderr, out, read };
}

describe('node app.ts', () => {
  before(buildFunction);

  it('synthesises without credentials and without network, with the function in its assets', () => {
    const { status, stderr, out, read } = run();
    assert.equal(status, 0, stderr);
    assert.match(read('Flants.template.json'), /"AWS::Lambda::Function"/);
    const assets = JSON.parse(read('Flants.assets.json')) as { files: Record<string, { source: { path: string } }> };
    const archives = Object.values(assets.files).filter(({ source }) => source.path.endsWith('.zip'));
    assert.ok(archives.some(({ source }) => readFileSync(join(out, source.path)).includes('flants.mjs')));
  });

  it('takes all that the documents name', () => {
    const { status, stderr, read } = run({
      name: 'Library',
      prefix: '/classes/',
      concurrency: '500',
      corsOrigins: 'https://a.example,https://b.example',
      domain: 'cdn.example',
      certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0',
      headerParameter: '/flants/headers',
      sourceBuckets: 'old-media/class,archive',
      sourceKeys: 'arn:aws:kms:eu-west-1:123456789012:key/0',
      tags: 'true',
      alarmEmail: 'ops@example.com',
      services: 'true',
      catalogueSecret: 'flants/catalogue',
      crawlers: '3',
      transfers: '4',
    });
    assert.equal(status, 0, stderr);
    const template = read('Library.template.json');
    for (const part of [
      'classes',
      'cdn.example',
      'https://b.example',
      'ops@example.com',
      'old-media/class/*',
      'AWS::ECS::Service',
    ])
      assert.ok(template.includes(part), part);
    assert.match(template, /"ReservedConcurrentExecutions": 500/);
  });

  it('says what is wrong, and nothing else', () => {
    const { status, stderr } = run({ concurrency: 'many' });
    assert.equal(status, 1);
    assert.equal(stderr.trim(), 'infra: -c concurrency=many: expected a whole number from 1');
  });
});

describe('what is given by -c', () => {
  for (const [context, message] of [
    [{ concurrency: 'many' }, '-c concurrency=many: expected a whole number from 1'],
    [{ services: 'yes', catalogueSecret: 'x' }, '-c services=yes: expected true or false'],
    [{ services: 'true' }, '-c services=true wants -c catalogueSecret=NAME: a secret with the catalogue'],
    [{ tags: '1' }, '-c tags=1: expected true or false'],
    [
      { sourceBuckets: 'old-media/*' },
      '-c sourceBuckets=old-media/*: expected BUCKET or BUCKET/PREFIX, several separated by commas',
    ],
    [
      { sourceBuckets: 'media', sourceKeys: 'alias/media' },
      '-c sourceKeys=alias/media: expected the ARN of a KMS key, several separated by commas',
    ],
    [
      { sourceKeys: 'arn:aws:kms:eu-west-1:123456789012:key/0' },
      '-c sourceKeys goes with -c sourceBuckets, whose objects the keys decrypt',
    ],
    [{ alarmEmail: 'ops' }, '-c alarmEmail=ops: expected an address of e-mail'],
    [{ name: '1 library' }, '-c name=1 library: expected letters, digits and hyphens, a letter first'],
    [{ domain: 'cdn.example' }, '-c domain and -c certificateArn (of us-east-1) go together'],
    [
      { domain: 'cdn.example', certificateArn: 'arn:aws:acm:eu-west-1:1:certificate/0' },
      '-c certificateArn=arn:aws:acm:eu-west-1:1:certificate/0: expected the ARN of a certificate in us-east-1',
    ],
  ] as const) {
    it(`is refused: ${message}`, () => {
      assert.throws(() => readSettings(new App({ context }).node), { message });
    });
  }
});
