import { fileURLToPath } from 'node:url';
import type { RolePlan } from '../app/up/role-process.ts';
import type { ReadyRole } from '../app/up/supervise-cluster.ts';
import { addressText, childEnvironment } from '../config/child-environment.ts';
import type { CommandInput } from '../config/input/command-input.ts';
import { secretsOf } from '../config/secrets.ts';
import { loadUpOptions, roles } from '../config/service-options.ts';
import type { UpOptions } from '../config/service-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { readLogLine } from '../telemetry/log-line.ts';
import { createServiceLogger, renderLogLine } from '../telemetry/service-logger.ts';
import type { Verb } from './context.ts';
import { formatCounted, formatDuration } from './format.ts';
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
        onLine: ({ role, number }, line) => {
          const read = readLogLine(line);
          if (read) write(renderLogLine({ ...read, number }, format));
          else log.warn(`${role} ${number} says: ${line}`);
        },
        onReady: (ready) => void stdout.write(`${readyLine(options, ready)}\n`),
        onRestart: ({ role, number }, how, delayMs) =>
          log.warn(`${role} ${number} ${how}; it is started again in ${formatDuration(delayMs)}`),
      },
    );
    if (killed) log.warn('some process did not end when it was asked to, and was killed');
    if (signal.aborted) return exitCodes.interrupted;
    return killed ? exitCodes.failed : exitCodes.whole;
  } finally {
    dispose();
  }
};

/** The destination is passed as an argument: it is not secret, and shows people which cluster a process belongs to. */
function plansOf(options: UpOptions, { words, flags }: CommandInput): readonly RolePlan[] {
  return roles.flatMap((role) => {
    const env = childEnvironment(role, options, flags);
    const args = [role, '--', words.at(-1) ?? ''];
    return Array.from({ length: options.processes[role] }, (_, index) => ({ role, number: index + 1, args, env }));
  });
}

function readyLine({ http, processes }: UpOptions, ready: readonly ReadyRole[]): string {
  const port = ready.find(({ role }) => role === 'aggregator')?.port ?? http.port;
  const counts = roles.map((role) => formatCounted(processes[role], role)).join(', ');
  return `flants is up: ${counts}; it answers at http://${addressText({ host: http.host, port })}`;
}
