import { fileURLToPath } from 'node:url';
import type { RolePlan } from '../app/up/role-process.ts';
import type { ReadyRole } from '../app/up/supervise-cluster.ts';
import { addressText, childEnvironment } from '../config/child-environment.ts';
import type { CommandInput } from '../config/input/command-input.ts';
import { secretsOf } from '../config/secrets.ts';
import { kindsOfUp, loadUpOptions, roles, rolesOf } from '../config/service-options.ts';
import type { UpOptions } from '../config/service-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { readLogLine } from '../telemetry/log-line.ts';
import { createServiceLogger, renderLogLine } from '../telemetry/service-logger.ts';
import type { Verb } from './context.ts';
import { formatCounted, formatDuration } from '../domain/report/amount-text.ts';
import { createServiceSignals } from './service-signals.ts';

/** The command itself, at the same distance from `src/cli` and `dist/cli`. */
const entry = fileURLToPath(new URL('../../bin/flants.js', import.meta.url));

/** `flants up`: a whole cluster on this machine. */
export const up: Verb = async (input, { stdout, stderr }) => {
  const options = await loadUpOptions(input);
  const { superviseCluster } = await import('../app/up/supervise-cluster.ts');
  const { logLevel: level, logFormat: format = stderr.isTTY ? 'text' : 'json', graceMs } = options;
  const write = (line: string): void => void stderr.write(`${line}\n`);
  const log = createServiceLogger({
    level,
    format,
    role: 'up',
    secrets: secretsOf(options),
    now: Date.now,
    write,
  });
  const { drain, signal, dispose } = createServiceSignals(Infinity, (text) => log.info(text));
  try {
    const { killed } = await superviseCluster(
      { entry, plans: plansOf(options, input), graceMs },
      {
        drain,
        signal,
        onLine: ({ kind, number }, line) => {
          const read = readLogLine(line);
          if (read) write(renderLogLine({ ...read, number }, format));
          else log.warn(`${kind} ${number} printed: ${line}`);
        },
        onReady: (ready) => void stdout.write(`${readyLine(options, ready)}\n`),
        onRestart: ({ kind, number }, how, delayMs) =>
          log.warn(`${kind} ${number} ${how}; it restarts in ${formatDuration(delayMs)}`),
      },
    );
    if (killed) log.warn('a process did not stop in time and was killed');
    if (signal.aborted) return exitCodes.interrupted;
    return killed ? exitCodes.failed : exitCodes.whole;
  } finally {
    dispose();
  }
};

/** The destination is passed as an argument: it is not secret, and shows people which cluster a process belongs to. */
function plansOf(options: UpOptions, { words, flags }: CommandInput): readonly RolePlan[] {
  return kindsOfUp.flatMap((kind) => {
    const env = childEnvironment(kind, options, flags);
    const args = [kind, '--', words.at(-1) ?? ''];
    // The coordinator is the first crawler.
    const first = kind === 'crawler' ? 2 : 1;
    return Array.from({ length: options.processes[kind] }, (_, index) => ({ kind, number: first + index, args, env }));
  });
}

function readyLine({ http, processes }: UpOptions, ready: readonly ReadyRole[]): string {
  const port = ready.find(({ kind }) => kind === 'coordinator')?.port ?? http.port;
  const counts = roles.map((role) => {
    const kinds = kindsOfUp.filter((kind) => rolesOf(kind, { withTransfer: processes.transfer === 0 }).includes(role));
    return formatCounted(
      kinds.reduce((sum, kind) => sum + processes[kind], 0),
      role,
    );
  });
  return `flants is up: ${counts.join(', ')}; it answers at http://${addressText({ host: http.host, port })}`;
}
