import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFlants, startFlants } from './flants.ts';

describe("a command in a test's process", () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'flants-here-'));
  });
  afterAll(() => rm(cwd, { recursive: true }));

  it.each([
    ['what it prints', ['copy', '--help'], {}],
    ['a refusal', ['copy', 'a.m3u8', 'out'], {}],
    ['its environment', ['copy', 'a.m3u8', 'out'], { env: { FLANTS_JSON: 'perhaps' } }],
    ['what comes in', ['copy', '-', 'out', '--no-progress', '--state', 'state'], { input: '{"id":"a"}\n' }],
    ['nothing', [], {}],
  ])('ends as one in a process of its own: %s', async (_, args, options) => {
    const here = await runFlants(args, { cwd, ...options });
    expect(here).toEqual(await startFlants(args, { cwd, ...options }).ended);
    expect(here.code).not.toBeNull();
  });

  it('leaves the process as it was', async () => {
    const { env, stdout, stderr } = process;
    const before = { cwd: process.cwd(), exitCode: process.exitCode, events: process.eventNames() };
    await runFlants(['status', 'out'], { cwd, env: { HOME: cwd } });
    expect({ cwd: process.cwd(), exitCode: process.exitCode, events: process.eventNames() }).toEqual(before);
    expect(process.env).toBe(env);
    expect(process.stdout).toBe(stdout);
    expect(process.stderr).toBe(stderr);
  });
});
