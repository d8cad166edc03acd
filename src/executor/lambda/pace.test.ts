import { describe, expect, it } from 'vitest';
import { createPace } from './pace.ts';

const { signal } = new AbortController();

async function takeAll(pace: ReturnType<typeof createPace>, count: number) {
  const taken: ((fared: 'served' | 'throttled') => void)[] = [];
  for (let at = 0; at < count; at++) void pace.take({ signal }).then((release) => taken.push(release));
  await new Promise((resolve) => setImmediate(resolve));
  return taken;
}

describe('the pace of invocations', () => {
  it('begins with a thousand and grows by a thousand each ten seconds', async () => {
    let now = 0;
    const pace = createPace(2_500, () => now);
    const taken = await takeAll(pace, 3_000);
    expect(pace.inFlight()).toBe(1_000);
    now = 5_000;
    taken[0]?.('served');
    expect(pace.inFlight()).toBe(1_500);
    now = 60_000;
    taken[1]?.('served');
    expect(pace.inFlight()).toBe(2_500);
  });

  it('gives way once for a crowd of throttles, and comes back slowly', async () => {
    let now = 0;
    const pace = createPace(100, () => now);
    const taken = await takeAll(pace, 300);
    now = 10_000;
    for (const release of taken.slice(0, 50)) release('throttled');
    expect(pace.inFlight()).toBe(70);
    now = 12_000;
    for (const release of taken.slice(50, 60)) release('served');
    expect(pace.inFlight()).toBe(77);
  });

  it('never goes below one, and lets go of those who give up', async () => {
    const pace = createPace(1, () => 0);
    const [release] = await takeAll(pace, 1);
    const giveUp = new AbortController();
    const waiting = pace.take({ signal: giveUp.signal });
    giveUp.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    release?.('throttled');
    expect(pace.inFlight()).toBe(0);
    expect(await takeAll(pace, 1)).toHaveLength(1);
  });
});
