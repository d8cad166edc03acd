/**
 * `npm run stores`: installs each store of `test/servers/other-stores.ts` that this machine can have, runs the contract
 * of object stores and the life of a library on it, and writes `docs/stores.md`. Outside CI: building them takes long.
 * With `--no-install` it tries those that are there.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeStore } from '../src/storage/probe.ts';
import type { StoreCapabilities } from '../src/storage/object-store.ts';
import { openS3At } from '../test/servers/open-s3.ts';
import { hasStore, otherStores } from '../test/servers/other-stores.ts';
import type { OtherStore } from '../test/servers/other-stores.ts';
import { projectFolder, runTool } from './run-command.ts';
import { setupTools } from './setup-tools.ts';

/** What became of the tests of one store. */
interface Trial {
  readonly store: OtherStore;
  readonly capabilities: StoreCapabilities;
  readonly passed: number;
  readonly failed: readonly string[];
}

/** The part of vitest's JSON report that is read. */
interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly ancestorTitles: readonly string[];
    }[];
  }[];
}

/** Stores that are not started here. */
const untried: readonly string[] = [
  'Ceph radosgw: its `If-Match` without quotes and its MD5 are emulated by `src/storage/guard.test.ts` and `test/integration/object-store-altered.test.ts`',
  'SeaweedFS: that it makes a bucket for whoever writes is emulated by `test/integration/object-store-altered.test.ts`',
];

const tests = ['test/integration/other-stores.test.ts', 'test/e2e/other-stores.test.ts'];

async function tryStore(store: OtherStore): Promise<Trial> {
  console.log(`trying ${store.name} ${store.version}`);
  const capabilities = await probe(store);
  const folder = await mkdtemp(join(tmpdir(), 'flants-stores-'));
  try {
    const report = join(folder, 'report.json');
    const filter = ['-t', `with ${store.name} installed`];
    await runTool('vitest', ['run', ...tests, ...filter, '--reporter=json', `--outputFile=${report}`], {
      env: { FLANTS_TEST_STORES: 'all' },
    });
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as VitestReport;
    const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
    return {
      store,
      capabilities,
      passed: ran.filter(({ status }) => status === 'passed').length,
      failed: ran
        .filter(({ status }) => status === 'failed')
        .map(({ ancestorTitles, title }) => [ancestorTitles.at(-1), title].join(' ')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function probe(other: OtherStore): Promise<StoreCapabilities> {
  const server = await other.start();
  const store = openS3At(server, 'probe');
  try {
    return await probeStore(store, { signal: AbortSignal.timeout(60_000) });
  } finally {
    await store.close();
    await server.stop();
  }
}

const yes = (does: boolean): string => (does ? 'yes' : 'no');

function rowOf({ store, capabilities: found, passed, failed }: Trial): string {
  const replaces = found.replaceOnly ? `yes${found.etags === 'bare' ? ', ETag without quotes' : ''}` : 'no';
  const cells = [
    `${store.name} ${store.version}`,
    yes(found.createOnly),
    replaces,
    found.checksums,
    yes(found.metadata),
    yes(found.cacheControl),
    yes(found.emptySegments),
    `${passed} of ${passed + failed.length}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function documentOf(trials: readonly Trial[], missing: readonly string[]): string {
  const failures = trials.flatMap(({ store, failed }) =>
    failed.map((title) => `* ${store.name} ${store.version}: ${title}`),
  );
  return `# Stores

What S3-compatible stores guard and keep, as FLAnts finds out by trial at the start of each run (\`src/storage/probe.ts\`).
Made by \`npm run stores\`, which runs the contract of object stores on each, and a library: copied, copied again after it
changed, verified, removed.

What a store does not guard, FLAnts does in its place where it can: it looks before it writes, and compares what was
written. Reports say what is left (\`unguarded\`, \`unkept\`).

| store | \`If-None-Match: *\` | \`If-Match\` | refuses wrong bytes by | metadata | Cache-Control | \`a//b\` apart from \`a/b\` | tests passed |
|---|---|---|---|---|---|---|---|
${trials.map(rowOf).join('\n')}

versitygw 1.8.0 and fauxqs 2.4.1 are what all tests run on.
${failures.length === 0 ? '' : `\n## Tests that do not pass\n\n${failures.join('\n')}\n`}${missing.length === 0 ? '' : `\n## Not tried\n\n${missing.map((line) => `* ${line}`).join('\n')}\n`}`;
}

const absent = process.argv.includes('--no-install') ? [] : await setupTools(console.log, 'stores');
const trials: Trial[] = [];
const missing: string[] = [...untried];
for (const store of otherStores) {
  const reason = absent.find(({ name }) => name === store.tool)?.reason;
  if (hasStore(store)) {
    await tryStore(store).then(
      (trial) => trials.push(trial),
      (error: unknown) => missing.push(`${store.name} ${store.version}: ${String(error)}`),
    );
  } else missing.push(`${store.name} ${store.version}: ${reason ?? 'it is not installed'}`);
}
const path = join(projectFolder, 'docs', 'stores.md');
await writeFile(path, documentOf(trials, missing));
console.log(path);
