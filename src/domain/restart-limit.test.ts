import { describe, expect, it } from 'vitest';
import { failureWith } from './failure.ts';
import { planRestart } from './restart-limit.ts';

const latest = (): number => 1;

describe('a restart', () => {
  it('is waited out longer each time', () => {
    const recoveries = [{}, ...[1, 2, 3].map((restarts) => ({ restarts }))].map((record) =>
      planRestart('source-changed', record, latest),
    );
    expect(recoveries).toEqual([
      { count: 1, delayMs: 500 },
      { count: 2, delayMs: 1_000 },
      { count: 3, delayMs: 2_000 },
      { count: 4, delayMs: 4_000 },
    ]);
  });

  it('is the last one at the fifth in a row, and says why', () => {
    for (const restarts of [4, 9]) {
      expect(planRestart('source-changed', { restarts }, latest)).toMatchObject({
        failure: { code: 'source.changed' },
      });
      const unread = failureWith('source.denied', 'HTTP 403 from cdn.example', { status: 403 });
      expect(planRestart('source-changed', { restarts, unread }, latest)).toMatchObject({
        failure: { code: 'source.denied', message: expect.stringContaining('HTTP 403 from cdn.example; in a cluster') },
      });
      expect(planRestart('reopened', { restarts }, latest)).toMatchObject({ failure: { code: 'store.status' } });
    }
  });
});
