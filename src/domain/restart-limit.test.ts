import { describe, expect, it } from 'vitest';
import { recoveryFrom } from './restart-limit.ts';

const latest = (): number => 1;

describe('a setback', () => {
  it('is waited out longer each time', () => {
    const recoveries = [{}, ...[1, 2, 3].map((setbacks) => ({ setbacks }))].map((record) =>
      recoveryFrom('source-changed', record, latest),
    );
    expect(recoveries).toEqual([
      { count: 1, delayMs: 500 },
      { count: 2, delayMs: 1_000 },
      { count: 3, delayMs: 2_000 },
      { count: 4, delayMs: 4_000 },
    ]);
  });

  it('is the last one at the fifth in a row, and says why', () => {
    for (const setbacks of [4, 9]) {
      expect(recoveryFrom('source-changed', { setbacks }, latest)).toMatchObject({
        failure: { code: 'source.changed' },
      });
      expect(recoveryFrom('reopened', { setbacks }, latest)).toMatchObject({ failure: { code: 'store.status' } });
    }
  });
});
