import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import type { RunningFlants } from './flants.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 60, fileBytes: 2_000, seed: 'stop' };
const playlist = syntheticPlaylist(0);
const concurrency = 4;
const segments = Array.from({ length: library.filesPerVideo }, (_, number) => `/video-000/${syntheticSegment(number)}`);

describe.skipIf(!hasVersitygw)('a copy to versitygw that is disturbed', patient, () => {
  let stage: Stage;
  /** Segments from this number on wait until `letGo` is called. */
  const held = 20;
  let letGo: () => void;
  /** Resolves when as many of them wait as the run may have in flight. */
  let allWait: Promise<void>;
  beforeEach(async () => {
    const { promise: until, resolve } = Promise.withResolvers<void>();
    letGo = resolve;
    const full = Promise.withResolvers<void>();
    allWait = full.promise;
    const toHold = new Set(segments.slice(held));
    const waiting = new Set<string>();
    stage = await openStage({
      destination: 'versitygw',
      library,
      rule: ({ path }) => {
        if (!toHold.has(path)) return undefined;
        waiting.add(path);
        if (waiting.size === concurrency) full.resolve();
        return { kind: 'held', until };
      },
    });
  });
  afterEach(async () => {
    letGo();
    await stage.close();
  });

  /** Starts it and waits until every slot is taken by a segment that the source holds back. */
  const startToTheMiddle = async (): Promise<RunningFlants> => {
    const run = stage.start(stage.copyArgs(playlist, '--threads', '1', '--concurrency', String(concurrency)));
    await Promise.race([allWait, run.ended]);
    return run;
  };
  const asked = (): number => stage.origin.requests.filter(({ path }) => path.endsWith('.ts')).length;

  it('keeps a second run on the same state out, and goes on unharmed', async () => {
    const first = await startToTheMiddle();
    const second = await stage.copy(playlist);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('[state.locked]');
    expect(second.stderr).toContain(`pid ${first.pid}`);
    expect(await stage.run('retry')).toMatchObject({ code: 1, stderr: expect.stringContaining('[state.locked]') });
    expect((await stage.run('status')).stdout).toContain('of 60');
    letGo();
    const ended = await first.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    expect(stage.puts()).toHaveLength(library.filesPerVideo + 1);
  });

  it('asked once to stop, finishes what is in flight and says how to go on, which copies only the rest', async () => {
    const run = await startToTheMiddle();
    run.kill('SIGINT');
    await run.says('press again to stop now');
    letGo();
    const ended = await run.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/go on with: flants copy .*video-000\/index\.m3u8/);
    // The threads hear of it a moment later: a few more files may have begun by then.
    expect(asked()).toBeLessThanOrEqual(held + 3 * concurrency);
    expect(stage.puts()).toHaveLength(asked());
    expect(ended.stdout).toContain(`60 files: ${asked()} there`);
    expect(ended.stdout).toContain(`This run: ${asked()} copied`);
    expect(await stage.object(playlist.slice(1))).toBeUndefined();

    const resumed = await stage.copy(playlist);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(stage.puts()).toHaveLength(library.filesPerVideo + 1);
    expect(asked()).toBe(library.filesPerVideo);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });

  it('asked twice to stop, does so at once, and nothing is broken', async () => {
    const run = await startToTheMiddle();
    run.kill('SIGINT');
    await run.says('press again to stop now');
    run.kill('SIGINT');
    const ended = await run.ended; // The source still holds the files in flight.
    expect(ended.code).toBe(130);
    expect(ended.stderr).not.toContain('    at ');
    const sent = stage.puts().length;

    letGo();
    const resumed = await stage.copy(playlist);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(stage.puts().length).toBeLessThanOrEqual(library.filesPerVideo + 1 + concurrency);
    expect(sent).toBeLessThanOrEqual(held + concurrency);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });
});
