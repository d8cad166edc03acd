/**
 * `npm run bench [-- NAME…] [--rounds N] [--minutes N] [--package DIR] [--also DIR]`: all benches, or those named: help, memory,
 * versus, latency, cluster, fresh, redis-memory, lambda, dashboard.
 *
 * They measure the tarball, installed alone. `--package` takes one that is built already (a folder with `bin`
 * and `dist`), and `--also` sets another beside it in the comparison: what a change is worth, in one run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMissing, setupTools } from '../scripts/setup-tools.ts';
import { cluster } from './cluster.ts';
import { dashboardBrowser } from './dashboard-browser.ts';
import { dashboardServing } from './dashboard-serving.ts';
import { fresh } from './fresh.ts';
import { help } from './help.ts';
import { installPackage, packageIn } from './installed.ts';
import { lambda } from './lambda.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { redisMemory } from './redis-memory.ts';
import { versusRclone } from './versus-rclone.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '1' },
    package: { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
  },
});
const all = ['help', 'memory', 'versus', 'latency', 'cluster', 'fresh', 'redis-memory', 'lambda', 'dashboard'];
const names = positionals.length > 0 ? positionals : all;
const others = new Map(values.also.map((folder) => [basename(resolve(folder)), packageIn(resolve(folder))]));

const missing = describeMissing(await setupTools(console.log, 'bench'));
if (missing !== undefined) console.log(missing);
const folder = await mkdtemp(join(tmpdir(), 'flants-bench-package-'));
try {
  const installed = values.package === undefined ? await installPackage(folder) : packageIn(resolve(values.package));
  for (const name of names) {
    if (name === 'help') await help(installed);
    else if (name === 'memory') await memory(installed);
    else if (name === 'versus') await versusRclone(installed, { rounds: Number(values.rounds), others });
    else if (name === 'latency') await latency(installed, { rounds: Number(values.rounds), others });
    else if (name === 'cluster') await cluster(installed);
    else if (name === 'fresh') await fresh(installed);
    else if (name === 'redis-memory') await redisMemory();
    else if (name === 'lambda') await lambda();
    else if (name === 'dashboard') {
      await dashboardServing(installed);
      await dashboardBrowser(Number(values.minutes));
    } else throw new Error(`there is no bench ${name}: ${all.join(', ')}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
