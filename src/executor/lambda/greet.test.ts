import { describe, expect, it } from 'vitest';
import { greet } from './greet.ts';

const { signal } = new AbortController();

describe('a greeting', () => {
  it('is tried again only as long as there is patience', async () => {
    let invoked = 0;
    const gone = {
      name: 'gone',
      invoke: async () => {
        invoked++;
        return { result: 'silent', wasSent: false, message: 'connection refused' } as const;
      },
      unreservedConcurrency: async () => undefined,
      close: async () => undefined,
    };
    await expect(greet(gone, { signal, patienceMs: 499 })).rejects.toMatchObject({ code: 'executor.unreachable' });
    expect(invoked).toBe(1);
    await expect(greet(gone, { signal, patienceMs: 500 })).rejects.toMatchObject({ code: 'executor.unreachable' });
    expect(invoked).toBe(3);
  });

  it('whose answer is lost on the way says nothing of the function', async () => {
    const lost = {
      name: 'lost',
      invoke: async () => ({ result: 'silent', wasSent: true, message: 'other side closed' }) as const,
      unreservedConcurrency: async () => undefined,
      close: async () => undefined,
    };
    await expect(greet(lost, { signal, patienceMs: 0 })).rejects.toMatchObject({
      code: 'executor.unreachable',
      message: 'no answer of lost came: other side closed',
    });
  });
});
