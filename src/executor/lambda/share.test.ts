import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut } from './share.ts';

describe('the share of one function', () => {
  it('is all that it can use where there is no cap', () => {
    expect(shareOut({ invocations: 900, connectionsEach: 32 })).toEqual({
      invocations: 900,
      connections: 32,
    });
  });

  it('makes fewer functions of fewer connections', () => {
    const limits = { invocations: 900, connectionsEach: 32 };
    expect(shareOut({ ...limits, connections: 100 })).toEqual({ invocations: 4, connections: 25 });
    expect(shareOut({ ...limits, connections: 1 })).toEqual({ invocations: 1, connections: 1 });
  });

  it('never adds up to more than the caps', () => {
    const count = fc.integer({ min: 1, max: 5_000 });
    fc.assert(
      fc.property(count, count, count, (invocations, connectionsEach, connections) => {
        const shared = shareOut({ invocations, connectionsEach, connections });
        expect(shared.invocations).toBeLessThanOrEqual(invocations);
        expect(shared.invocations * shared.connections).toBeLessThanOrEqual(connections);
      }),
    );
  });
});
