import type { Health } from '../telemetry/health.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What tells how a process does. */
export interface ProbePorts {
  readonly health: Pick<Health, 'alive' | 'readiness'>;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

/** Answer to a probe. */
export interface ProbeAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Headers of answers that say nothing else of them. */
export const usualHeaders = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' } as const;

const plainText = 'text/plain; charset=UTF-8';

/** What orchestrators ask every few seconds, and collectors of metrics, by path. */
export function createProbes({ health, metrics }: ProbePorts): ReadonlyMap<string, () => Promise<ProbeAnswer>> {
  return new Map([
    [
      '/livez',
      async () =>
        health.alive()
          ? { status: 200, contentType: plainText, body: 'alive\n' }
          : { status: 503, contentType: plainText, body: 'stuck\n' },
    ],
    [
      '/readyz',
      async () => {
        const readiness = health.readiness();
        const status = readiness.ready ? 200 : 503;
        return { status, contentType: 'application/json', body: JSON.stringify(readiness) };
      },
    ],
    ['/metrics', async () => ({ status: 200, contentType: metrics.contentType, body: await metrics.text() })],
  ]);
}
