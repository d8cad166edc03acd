import type { HttpOptions } from '../../src/api/http-options.ts';
import { createHealth } from '../../src/telemetry/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

/** Of the service, for whoever changes something. */
export const token = 'a long and secret token';

/** Options of a service that wants the token, on any free port. */
export function httpOptions(own: Partial<HttpOptions>): HttpOptions {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    version: '1.2.3',
    health: createHealth([], () => 0),
    metrics: createMetrics('aggregator'),
    token,
    log: { error: () => {} },
    ...own,
  };
}
