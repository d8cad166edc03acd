/**
 * Stands for a process of a cluster. Arguments: what it does, and a file to leave a mark in.
 *
 * - `work`: becomes ready, and ends with 0 when it is asked to, or when its parent is gone
 * - `stubborn`: becomes ready, and does not end when it is asked to
 * - `refuse`: says why as a command does, and ends with 1
 * - `log-refusal`: the same in its log
 * - `passing-refusal`: the same, for a reason that passes
 * - `late-refusal`: the same, once the first process is ready
 * - `begin-third`: has such a reason twice, and then works
 * - `contradict`: becomes ready, and ends with 1 as its options contradict each other
 * - `crash-once`: ends with 1 after it was ready; the second time it works
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [what = '', mark = ''] = process.argv.slice(2);
const livesBefore = existsSync(mark) ? readFileSync(mark, 'utf8').split('began').length - 1 : 0;
appendFileSync(mark, `began ${process.pid}\n`);
const alive = setInterval(() => {}, 1000);

function end(why: string): void {
  appendFileSync(mark, `${why}\n`);
  clearInterval(alive);
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}

if (what === 'refuse') {
  process.stderr.write('flants: Redis keeps nothing: CONFIG SET appendonly yes [usage]\n  see: flants up --help\n');
  process.exit(1);
}
if (what === 'late-refusal') {
  const first = join(dirname(mark), 'mark-1');
  while (!existsSync(first) || !readFileSync(first, 'utf8').includes('ready')) await sleep(20);
}
if (
  what === 'late-refusal' ||
  what === 'log-refusal' ||
  what === 'passing-refusal' ||
  (what === 'begin-third' && livesBefore < 2)
) {
  const retryable = what !== 'log-refusal';
  const line = { time: '2026-01-31T12:34:56.789Z', level: 'error', role: 'crawler', message: 'Redis is away' };
  process.stderr.write(`${JSON.stringify({ ...line, code: 'state.unusable', retryable })}\n`);
  process.exit(1);
}
// As the command itself: it outlives whoever reads what it says.
process.stderr.on('error', () => {});
process.on('SIGTERM', () => {
  if (what !== 'stubborn') end('asked');
});
process.once('disconnect', () => end('orphan'));
process.send?.({ type: 'ready', port: 4000 + livesBefore }, () => appendFileSync(mark, 'ready\n'));
process.stderr.write('{"time":"2026-01-31T12:34:56.789Z","level":"info","role":"crawler","message":"ready"}\n');
if (what === 'crash-once' && livesBefore === 0) process.exit(1);
if (what === 'contradict') {
  process.stderr.write('flants: functions cannot read files of this machine [usage]\n');
  process.exit(1);
}
