import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findAwsRegion } from './region.ts';

describe('the region', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-region-'));
    await writeFile(
      join(folder, 'config'),
      '[default]\nregion = eu-west-3\n[profile school]\nregion=eu-north-1\n[profile bare]\noutput = json\n',
    );
    await writeFile(join(folder, 'credentials'), '[school]\naws_access_key_id = AKIA\naws_secret_access_key = x\n');
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(() => vi.unstubAllEnvs());

  const find = (profile?: string, variables: Record<string, string> = {}): Promise<string | undefined> => {
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_REGION', 'AWS_PROFILE']) vi.stubEnv(name, variables[name]);
    return findAwsRegion({ asksInstance: true, ...(profile === undefined ? {} : { profile }) });
  };

  it('is that of the profile', async () => {
    expect(await find('school')).toBe('eu-north-1');
    expect(await find(undefined, { AWS_PROFILE: 'school' })).toBe('eu-north-1');
    expect(await find()).toBe('eu-west-3');
  });

  it('is that of the environment before all', async () => {
    expect(await find('school', { AWS_REGION: 'sa-east-1' })).toBe('sa-east-1');
  });

  it('is not known where the profile has none, or is none', async () => {
    expect(await find('bare')).toBeUndefined();
    expect(await find('nobody')).toBeUndefined();
  });
});
