/**
 * `npm run stores`: installs each store of `test/servers/other-stores.ts` that this machine can have, runs the contract
 * of object stores and the life of a library on it, and writes `docs/stores.md`. Outside CI: building them takes long.
 * With `--no-install` it tries those that are there. Ends with 1 where a test failed.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeStore } from '../src/storage/probe/capabilities.ts';
import { openS3At } from '../test/servers/open-s3.ts';
import { hasStore, otherStores } from '../test/servers/other-stores.ts';
import type { OtherStore } from '../test/servers/other-stores.ts';
import { measureStore } from './measure-store.ts';
import { projectFolder, runTool } from './run-command.ts';
import { setupTools } from './setup-tools.ts';
import { describeStores } from './stores-document.ts';
import type { Trial } from './stores-document.ts';

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

/** What became of the tests of one file. */
interface Tally {
  readonly passed: number;
  readonly failed: readonly string[];
}

const contract = 'test/integration/other-stores.test.ts';
const life = 'test/e2e/other-stores.test.ts';

async function tryStore(store: OtherStore): Promise<Trial> {
  console.log(`trying ${store.name} ${store.version}`);
  const asked = await ask(store);
  const [ofContract, ofLife] = [await runTests(contract, store), await runTests(life, store)];
  return {
    store,
    ...asked,
    contract: ofContract,
    isLifeWhole: ofLife.passed > 0 && ofLife.failed.length === 0,
    failed: [...ofContract.failed, ...ofLife.failed],
  };
}

async function ask(other: OtherStore): Promise<Pick<Trial, 'answers' | 'capabilities'>> {
  const server = await other.start();
  const store = openS3At(server, 'probe');
  try {
    const capabilities = await probeStore(store, { signal: AbortSignal.timeout(60_000) });
    return { capabilities, answers: await measureStore(server) };
  } finally {
    await store.close();
    await server.stop();
  }
}

async function runTests(file: string, { name }: OtherStore): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-stores-'));
  try {
    const report = join(folder, 'report.json');
    const filter = ['-t', `with ${name} installed`];
    await runTool('vitest', ['run', file, ...filter, '--reporter=json', `--outputFile=${report}`], {
      env: { FLANTS_TEST_STORES: 'all' },
    });
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as VitestReport;
    const ran = testResults.flatMap(({ assertionResults }) => assertionResults);
    return {
      passed: ran.filter(({ status }) => status === 'passed').length,
      failed: ran
        .filter(({ status }) => status === 'failed')
        .map(({ ancestorTitles, title }) => [ancestorTitles.at(-1), title].join(' ')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const absent = process.argv.includes('--no-install') ? [] : await setupTools(console.log, 'stores');
const trials: Trial[] = [];
const untried: string[] = [];
for (const store of otherStores) {
  const reason = absent.find(({ name }) => name === store.tool)?.reason;
  if (hasStore(store)) {
    await tryStore(store).then(
      (trial) => trials.push(trial),
      (error: unknown) => untried.push(`${store.name} ${store.version}: ${String(error)}`),
    );
  } else untried.push(`${store.name} ${store.version}: ${reason ?? 'it is not installed'}`);
}
const path = join(projectFolder, 'docs', 'stores.md');
await writeFile(path, describeStores(trials, untried));
await runTool('oxfmt', [path]);
for (const { store, failed } of trials) for (const title of failed) console.log(`failed on ${store.name}: ${title}`);
for (const line of untried) console.log(`not tried: ${line}`);
console.log(path);
if (trials.length === 0 || trials.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
