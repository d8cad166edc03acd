import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RolePlan } from '../../src/app/up/role-process.ts';
import { superviseCluster } from '../../src/app/up/supervise-cluster.ts';
import type { UpEnd, UpHooks } from '../../src/app/up/supervise-cluster.ts';

const entry = fileURLToPath(new URL('../cli/role-fixture.ts', import.meta.url));
const pace = { firstMs: 20, longestMs: 100, forgivenAfterMs: 60_000 };
const patience = { spareMs: 500, abortMs: 500 };
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flants-up-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function markOf(number: number): string {
  return join(folder, `mark-${number}`);
}

function marks(number: number): string {
  return readFileSync(markOf(number), 'utf8');
}

interface Heard {
  readonly drain: AbortController;
  readonly stop: AbortController;
  readonly lines: string[];
  readonly restarts: string[];
  readonly ready: Promise<readonly number[]>;
  readonly ended: Promise<UpEnd>;
}

function supervise(
  whats: readonly string[],
  { graceMs = 20_000, startPatienceMs = 20_000 }: { readonly graceMs?: number; readonly startPatienceMs?: number } = {},
): Heard {
  const [drain, stop] = [new AbortController(), new AbortController()];
  const [lines, restarts] = [[] as string[], [] as string[]];
  const plans = whats.map((what, index): RolePlan => {
    const number = index + 1;
    return { kind: 'crawler', number, args: [what, markOf(number)], env: { PATH: '' } };
  });
  const { promise: ready, resolve } = Promise.withResolvers<readonly number[]>();
  const hooks: UpHooks = {
    drain: drain.signal,
    signal: stop.signal,
    onLine: ({ number }, line) => lines.push(`${number} ${line}`),
    onReady: (roles) => resolve(roles.map(({ port }) => port)),
    onRestart: ({ number }, how) => restarts.push(`${number} ${how}`),
  };
  return {
    drain,
    stop,
    lines,
    restarts,
    ready,
    ended: superviseCluster({ entry, plans, graceMs, pace, patience, startPatienceMs }, hooks),
  };
}

describe('a cluster on one machine', () => {
  it('is ready when all of it is, and ends in order when it is asked to', async () => {
    const { drain, ready, ended, lines } = supervise(['work', 'work']);
    expect(await ready).toEqual([4000, 4000]);
    drain.abort();
    expect(await ended).toEqual({ killed: false });
    expect(marks(1)).toContain('asked');
    expect(marks(2)).toContain('asked');
    expect(lines.map((line) => line.slice(0, 2)).toSorted()).toEqual(['1 ', '2 ']);
  });

  it('starts again what ends', async () => {
    const { drain, ready, ended, restarts } = supervise(['crash-once', 'work']);
    await ready;
    await vi.waitFor(() => expect(marks(1).match(/began/g)).toHaveLength(2), { timeout: 10_000 });
    drain.abort();
    await ended;
    expect(restarts).toEqual(['1 ended with exit code 1']);
  });

  it('starts again what was killed', async () => {
    const { drain, ready, ended, restarts } = supervise(['work']);
    await ready;
    process.kill(Number(/\d+/.exec(marks(1))?.[0]), 'SIGKILL');
    await vi.waitFor(() => expect(marks(1).match(/began/g)).toHaveLength(2), { timeout: 10_000 });
    drain.abort();
    await ended;
    expect(restarts).toEqual(['1 was killed by SIGKILL']);
  });

  it.each([
    ['refuse', 'usage', 'crawler: Redis keeps nothing: CONFIG SET appendonly yes'],
    ['log-refusal', 'state.unusable', 'crawler: Redis is away'],
  ])('ends as a whole with the words of one that could not begin (%s)', async (what, code, message) => {
    const { ended } = supervise(['work', what]);
    await expect(ended).rejects.toMatchObject({ code, message });
  });

  it('ends as a whole where one finds, once it is ready, that its options contradict each other', async () => {
    const early = supervise(['work', 'contradict']);
    await expect(early.ended).rejects.toMatchObject({
      code: 'usage',
      message: 'crawler: functions cannot read files of this machine',
    });
    expect(early.restarts).toEqual([]);

    const late = supervise(['work', 'contradict'], { startPatienceMs: 0 });
    await vi.waitFor(() => expect(late.restarts.length).toBeGreaterThan(1), { timeout: 20_000 });
    late.drain.abort();
    expect(await late.ended).toEqual({ killed: false });
  });

  it('starts again what could not begin for a reason that passes', async () => {
    const { drain, ready, ended, restarts } = supervise(['begin-third', 'begin-third']);
    expect(await ready).toEqual([4002, 4002]);
    drain.abort();
    await ended;
    expect(restarts).toHaveLength(4);
  });

  it('ends once that has lasted too long, unless others are ready', async () => {
    const { ended } = supervise(['passing-refusal', 'passing-refusal'], { startPatienceMs: 500 });
    await expect(ended).rejects.toMatchObject({ code: 'state.unusable', message: 'crawler: Redis is away' });

    const manned = supervise(['work', 'late-refusal'], { startPatienceMs: 0 });
    await vi.waitFor(() => expect(manned.restarts.length).toBeGreaterThan(2), { timeout: 20_000 });
    manned.drain.abort();
    expect(await manned.ended).toEqual({ killed: false });
  });

  it('kills what does not end when it is asked to a second time', async () => {
    const { drain, stop, ready, ended } = supervise(['stubborn', 'work']);
    await ready;
    drain.abort();
    stop.abort();
    expect(await ended).toEqual({ killed: true });
  });

  it('kills what does not end within its grace', async () => {
    const { drain, ready, ended } = supervise(['stubborn'], { graceMs: 100 });
    await ready;
    drain.abort();
    expect(await ended).toEqual({ killed: true });
  });

  it('leaves nothing behind when it is killed', async () => {
    const parent = spawn(
      process.execPath,
      [fileURLToPath(new URL('../cli/up-fixture.ts', import.meta.url)), markOf(1)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(marks(1)).toContain('orphan'), { timeout: 10_000 });
  });
});
