/**
 * `npm run chaos [-- --files N] [--kills N] [--seed N] [--executor lambda]`: copies a library with all roles of a cluster while they and
 * Redis are killed again and again, and compares destination, journal and ledger at the end. The last line is JSON; the
 * exit code is 1 when anything disagrees.
 */
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { minute } from '../../src/domain/units.ts';
import { describeMissing, setupTools } from '../../scripts/setup-tools.ts';
import { findTool } from '../../scripts/tools.ts';
import { runChaos } from './chaos.ts';
import { buildCommand } from './package-copy.ts';

const filesPerVideo = 200;
const shownDisagreements = 50;
const timeoutMs = 120 * minute;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '50000' },
    kills: { type: 'string', default: '300' },
    executor: { type: 'string', default: 'threads' },
    seed: { type: 'string', default: String(randomInt(1, 1_000_000)) },
  },
});
const byFunctions = values.executor === 'lambda';
const [files, kills, seed] = [numberOf('files', 1), numberOf('kills', 0), numberOf('seed', 0)];
const videos = Math.max(1, Math.round(files / filesPerVideo));
const perVideo = Math.ceil(files / videos);

const missing = describeMissing(await setupTools(console.log));
if (missing !== undefined) console.log(missing);
if (byFunctions && !findTool('aws-lambda-ric')) throw new Error('functions need aws-lambda-ric');
if (!findTool('redis') || !findTool('versitygw')) throw new Error('chaos needs redis-server and versitygw');

console.log(`seed ${seed}: ${videos} videos of ${perVideo} files, ${kills} kills`);
const folder = await mkdtemp(join(tmpdir(), 'flants-chaos-package-'));
try {
  const entry = await buildCommand(folder);
  const shape = {
    videos,
    filesPerVideo: perVideo,
    kills,
    seed,
    timeoutMs,
    entry,
    ...(byFunctions ? { executor: 'lambda' as const } : {}),
  };
  const { result, disagreements, logs } = await runChaos(shape, console.log);
  for (const what of disagreements.slice(0, shownDisagreements)) console.log(`disagreement: ${what}`);
  if (disagreements.length > 0) {
    console.log(`${disagreements.length} disagreements with seed ${seed}`);
    process.exitCode = 1;
  }
  if (logs !== undefined) console.log(`what the processes said is in ${logs}`);
  console.log(JSON.stringify(result));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function numberOf(name: 'files' | 'kills' | 'seed', least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} must be a whole number from ${least} on`);
  return value;
}
