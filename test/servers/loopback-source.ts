import type { SourceSpec } from '../../src/app/connect.ts';

/** How to reach the origins of tests. */
export const loopbackSource: SourceSpec = {
  headers: [],
  connections: 4,
  timeoutMs: 10_000,
  allowsFiles: false,
  proxies: { bypass: [] },
  reach: { named: [], allowed: [{ host: '127.0.0.1' }] },
};
