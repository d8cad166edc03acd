import { describe, expect, it } from 'vitest';
import { minute } from '../domain/units.ts';
import { keepCredentials } from './s3-credentials.ts';
import type { S3Credentials } from './s3-credentials.ts';

/** Gives out credentials that last an hour, and counts them. */
function issuer() {
  const state = { nowMs: 0, issued: 0, broken: false };
  const obtain = async (): Promise<S3Credentials> => {
    if (state.broken) throw new Error('the issuer is down');
    state.issued += 1;
    return { accessKeyId: `key ${state.issued}`, secretAccessKey: 'secret', expiresAtMs: state.nowMs + 60 * minute };
  };
  return { state, credentials: keepCredentials(obtain, () => state.nowMs) };
}

describe('keepCredentials', () => {
  it('asks once for many', async () => {
    const { state, credentials } = issuer();
    const [a, b] = await Promise.all([credentials(), credentials()]);
    expect(a).toBe(b);
    expect(await credentials()).toBe(a);
    expect(state.issued).toBe(1);
  });

  it('renews shortly before they run out', async () => {
    const { state, credentials } = issuer();
    await credentials();
    state.nowMs = 54 * minute;
    expect(await credentials()).toMatchObject({ accessKeyId: 'key 1' });
    state.nowMs = 56 * minute;
    expect(await credentials()).toMatchObject({ accessKeyId: 'key 2' });
  });

  it('goes on with what still holds when the renewal fails, and no longer', async () => {
    const { state, credentials } = issuer();
    await credentials();
    state.broken = true;
    state.nowMs = 56 * minute;
    expect(await credentials()).toMatchObject({ accessKeyId: 'key 1' });
    state.nowMs = 61 * minute;
    await expect(credentials()).rejects.toThrow('the issuer is down');
  });

  it('keeps the same object when the renewal brings the same', async () => {
    let nowMs = 0;
    const credentials = keepCredentials(
      async () => ({ accessKeyId: 'key', secretAccessKey: 'secret', expiresAtMs: 60 * minute }),
      () => nowMs,
    );
    const first = await credentials();
    nowMs = 57 * minute;
    expect(await credentials()).toBe(first);
  });
});
