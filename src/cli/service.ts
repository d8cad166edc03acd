import { secretsOf } from '../config/secrets.ts';
import { loadServiceOptions } from '../config/service-options.ts';
import type { ProcessKind } from '../config/service-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { failureOf } from '../domain/failure.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createServiceLogger } from '../telemetry/service-logger.ts';
import { startSmall } from '../app/small-start.ts';
import type { ReadyMessage } from '../app/up/role-process.ts';
import type { Verb } from './context.ts';
import { createServiceSignals } from './service-signals.ts';
import { readVersion } from './version.ts';

/** `flants coordinator`, `scanner`, `crawler`, `transfer` and `aggregator`. They run until they are asked to stop. */
export function service(kind: ProcessKind): Verb {
  return async (input, { stderr }) => {
    const grow = startSmall();
    const options = await loadServiceOptions(kind, input);
    const { logLevel, logFormat = 'json', graceMs } = options;
    const secrets = secretsOf(options);
    const logOf = (name: string): Logger =>
      createServiceLogger({
        level: logLevel,
        format: logFormat,
        role: name,
        secrets,
        now: Date.now,
        write: (line) => stderr.write(`${line}\n`),
      });
    const log = logOf(kind);
    const { drain, signal, dispose } = createServiceSignals(graceMs, (text) => log.info(text));
    try {
      const { runService } = await import('../app/cluster/service.ts');
      const place = { kind, roles: options.roles, version: readVersion() };
      const onReady = (port: number): void => {
        grow();
        notifyParent(port);
      };
      await runService(place, options, { drain, signal, log, logOf, onReady });
      return signal.aborted ? exitCodes.interrupted : exitCodes.whole;
    } catch (error) {
      if (drain.aborted && failureOf(error).code === 'aborted')
        return signal.aborted ? exitCodes.interrupted : exitCodes.whole;
      if (logFormat === 'text') throw error;
      const { code, message, retryable } = failureOf(error);
      const stack = logLevel === 'debug' && error instanceof Error ? error.stack : undefined;
      // What nobody foresaw is for a person to see.
      const mayPass = retryable && code !== 'internal';
      log.error(message, { code, ...(mayPass ? { retryable } : {}), stack });
      return exitCodes.notStarted;
    } finally {
      dispose();
    }
  };
}

/** Tells `flants up`, if it started this process, that it is ready. The parent may be gone already. */
function notifyParent(port: number): void {
  const message: ReadyMessage = { type: 'ready', port };
  process.send?.(message, undefined, undefined, () => {});
}
