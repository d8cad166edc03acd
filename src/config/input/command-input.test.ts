import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../domain/failure.ts';
import { optionNames } from '../registry/options.ts';
import type { ParsedOptions } from '../registry/option-schemas.ts';
import { mergeInput } from './command-input.ts';
import { hasFileVariable, readEnvironment } from './environment.ts';
import type { Flags } from './merge.ts';

describe('secrets in files', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'flants-secrets-'));
    await writeFile(join(cwd, 'redis'), 'redis://:hunter2secret@redis:6379\n');
    await writeFile(join(cwd, 'junk'), 'hunter2secret');
  });
  afterAll(() => rm(cwd, { recursive: true }));

  const merge = (variables: Readonly<Record<string, string>>, flags: Flags = {}): Promise<ParsedOptions<'transfer'>> =>
    mergeInput('transfer', { words: [], flags, environment: readEnvironment(variables), cwd });

  it('are read from the file that a variable names', async () => {
    const { redis } = await merge({ FLANTS_REDIS_FILE: join(cwd, 'redis') });
    expect(redis).toBe('redis://:hunter2secret@redis:6379');
  });

  it('are needed no more where the secret itself is given', async () => {
    const file = join(cwd, 'none');
    const { redis } = await merge({ FLANTS_REDIS_FILE: file, FLANTS_REDIS: 'redis://here' });
    expect(redis).toBe('redis://here');
    expect(await merge({ FLANTS_REDIS_FILE: file }, { redis: 'redis://flag' })).toMatchObject({
      redis: 'redis://flag',
    });
  });

  it('are not asked for by verbs that have no use for them', async () => {
    const environment = readEnvironment({ FLANTS_WEBHOOK_FILE: join(cwd, 'none') });
    await expect(mergeInput('status', { words: [], flags: {}, environment, cwd })).resolves.toBeDefined();
  });

  it('name the variable, and not what is in the file, when that is no good', async () => {
    const { message } = failureOf(await merge({ FLANTS_REDIS_FILE: 'junk' }).catch((error: unknown) => error));
    expect(message).toMatch(/^FLANTS_REDIS_FILE is not usable: expected redis:/);
    expect(message).not.toContain('hunter2secret');
  });

  it('name a file that is not there', async () => {
    await expect(merge({ FLANTS_REDIS_FILE: 'none' })).rejects.toThrow(
      `FLANTS_REDIS_FILE names ${join(cwd, 'none')}, which does not exist`,
    );
  });

  it('are offered for every secret that has no option for its file', () => {
    expect(optionNames.filter(hasFileVariable)).toEqual(
      expect.arrayContaining(['redis', 'catalogue', 'webhook', 'heartbeat']),
    );
    expect(hasFileVariable('token')).toBe(false);
    expect(hasFileVariable('region')).toBe(false);
  });
});
