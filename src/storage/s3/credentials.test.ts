import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { minute } from '../../domain/units.ts';
import { awsCredentials, cacheCredentials } from './credentials.ts';
import type { S3Credentials } from './credentials.ts';

/** Gives out credentials that last an hour, and counts them. */
function issuer() {
  const state = { nowMs: 0, issued: 0, broken: false };
  const obtain = async (): Promise<S3Credentials> => {
    if (state.broken) throw new Error('the issuer is down');
    state.issued += 1;
    return { accessKeyId: `key ${state.issued}`, secretAccessKey: 'secret', expiresAtMs: state.nowMs + 60 * minute };
  };
  return { state, credentials: cacheCredentials(obtain, () => state.nowMs) };
}

describe('cacheCredentials', () => {
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
    const credentials = cacheCredentials(
      async () => ({ accessKeyId: 'key', secretAccessKey: 'secret', expiresAtMs: 60 * minute }),
      () => nowMs,
    );
    const first = await credentials();
    nowMs = 57 * minute;
    expect(await credentials()).toBe(first);
  });
});

describe('awsCredentials', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-aws-'));
    await writeFile(
      join(folder, 'credentials'),
      '[studio]\naws_access_key_id = from-file\naws_secret_access_key = secret\n',
    );
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
      vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it('finds them in the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'from-environment');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    expect(await awsCredentials()()).toEqual({
      accessKeyId: 'from-environment',
      from: 'the environment (AWS_ACCESS_KEY_ID)',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('finds a profile in the shared files', async () => {
    expect(await awsCredentials('studio')()).toMatchObject({
      accessKeyId: 'from-file',
      secretAccessKey: 'secret',
      from: 'a profile of ~/.aws',
    });
  });

  it('says what to do where there are none', async () => {
    await expect(awsCredentials()()).rejects.toMatchObject({
      failure: { code: 'store.credentials', message: expect.stringContaining('AWS_ACCESS_KEY_ID') },
    });
    await expect(awsCredentials('nobody')()).rejects.toMatchObject({
      failure: { code: 'store.credentials', message: expect.stringContaining('the profile nobody') },
    });
  });
});
