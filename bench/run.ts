/**
 * `npm run bench [-- NAME…] [--rounds N] [--minutes N] [--package DIR] [--also DIR] [--out FILE.json]`: all benches, or those
 * named; `npm run bench -- compare BEFORE.json AFTER.json [--tolerance 0.1]`: what became worse.
 *
 * They measure the tarball, installed alone. `--package` takes one that is built already (a folder with `bin`
 * and `dist`), and `--also` sets another beside it in the comparison: what a change is worth, in one run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMissing, setupTools } from '../scripts/setup-tools.ts';
import { bwlimit } from './bwlimit.ts';
import { cluster } from './cluster.ts';
import { crawl } from './crawl.ts';
import { dashboardBrowser } from './dashboard-browser.ts';
import { dashboardServing } from './dashboard-serving.ts';
import { compare } from './compare.ts';
import { copy } from './copy.ts';
import { delta } from './delta.ts';
import { fresh } from './fresh.ts';
import { idle } from './idle.ts';
import { installPackage, packageIn } from './installed.ts';
import type { Installed } from './installed.ts';
import { lambda } from './lambda.ts';
import { latency } from './latency.ts';
import { ledger } from './ledger.ts';
import { memory } from './memory.ts';
import { redisMemory } from './redis-memory.ts';
import { writeResults } from './results.ts';
import { startup } from './startup.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '1' },
    package: { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    tolerance: { type: 'string', default: '0.1' },
  },
});
const rounds = Number(values.rounds);
const others = new Map(values.also.map((folder) => [basename(resolve(folder)), packageIn(resolve(folder))]));

const benches: Readonly<Record<string, (installed: Installed) => Promise<void>>> = {
  startup,
  idle: (installed) => idle(installed, { others }),
  memory,
  copy: (installed) => copy(installed, { rounds, others }),
  latency: (installed) => latency(installed, { rounds, others }),
  bwlimit: (installed) => bwlimit(installed, { rounds }),
  crawl: () => crawl(rounds),
  ledger: () => ledger(),
  delta,
  cluster,
  fresh,
  'redis-memory': () => redisMemory(),
  lambda: () => lambda(),
  dashboard: async (installed) => {
    await dashboardServing(installed);
    await dashboardBrowser(Number(values.minutes));
  },
};

async function runBenches(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !(name in benches));
  if (unknown !== undefined) throw new Error(`there is no bench ${unknown}: ${Object.keys(benches).join(', ')}`);
  const missing = describeMissing(await setupTools(console.log, 'bench'));
  if (missing !== undefined) console.log(missing);
  const folder = await mkdtemp(join(tmpdir(), 'flants-bench-package-'));
  try {
    const installed = values.package === undefined ? await installPackage(folder) : packageIn(resolve(values.package));
    for (const name of names) await benches[name]?.(installed);
  } finally {
    await rm(folder, { recursive: true, force: true });
    if (values.out !== undefined) writeResults(values.out);
  }
}

const [first, ...rest] = positionals;
if (first === 'compare') {
  const [before, after] = rest;
  if (before === undefined || after === undefined) throw new Error('compare wants two files of results');
  process.exitCode = compare(before, after, Number(values.tolerance)) > 0 ? 1 : 0;
} else {
  await runBenches(positionals.length > 0 ? positionals : Object.keys(benches));
}
