import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut } from './share.ts';

describe('the share of one function', () => {
  it('is all that it can use where there is no cap', () => {
    expect(shareOut({ invocations: 900, connectionsEach: 32 })).toEqual({
      invocations: 900,
      budget: { connections: 32 },
    });
  });

  it('makes fewer functions of fewer connections', () => {
    const limits = { invocations: 900, connectionsEach: 32 };
    expect(shareOut({ ...limits, connections: 100 })).toEqual({ invocations: 4, budget: { connections: 25 } });
    expect(shareOut({ ...limits, connections: 1 })).toEqual({ invocations: 1, budget: { connections: 1 } });
    expect(shareOut({ ...limits, connections: 100, bytesPerSecond: 1_000 }).budget.bytesPerSecond).toBe(250);
  });

  it('never adds up to more than the caps', () => {
    const count = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(count, count, count, count, (invocations, connectionsEach, connections, bytesPerSecond) => {
        const shared = shareOut({ invocations, connectionsEach, connections, bytesPerSecond });
        expect(shared.invocations).toBeLessThanOrEqual(invocations);
        expect(shared.invocations * shared.budget.connections).toBeLessThanOrEqual(connections);
        expect(shared.invocations * (shared.budget.bytesPerSecond ?? 0)).toBeLessThanOrEqual(bytesPerSecond * 1.001);
      }),
    );
  });
});
