import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Progress, RunEvent } from '../../src/domain/progress/event.ts';
import { syntheticCatalogue } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 60, filesPerVideo: 25, fileBytes: 2_000, seed: 'time left' };
const files = library.videos * library.filesPerVideo;

/** One story, told step by step: each test goes on where the one before it ended. */
describe('a library of which most is not planned while it is copied', patient, () => {
  let stage: Stage;
  let catalogue: string;
  beforeAll(async () => {
    stage = await openStage({
      destination: 'folder',
      library,
      rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'held', until: sleep(20) } : undefined),
    });
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  });
  afterAll(() => stage.close());

  it('says how long the whole of it takes, not only what is planned, and that this is a guess', async () => {
    const { code, stdout } = await stage.copy(catalogue, '--json', '--concurrency', '4');
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    const told = events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
    const guesses = told.filter((progress) => progress.remainingIsGuess);
    expect(guesses.length).toBeGreaterThan(0);
    for (const progress of told) expect(progress.remainingIsGuess === true).toBe(isGuess(progress));
    for (const { totals, run, uncrawled, remainingMs = 0 } of guesses) {
      expect(uncrawled).toBeGreaterThan(0);
      // At the pace of the run so far. All videos are alike, so that the guess of their files is right.
      const honestMs = ((files - totals.files.done) / run.copied) * run.durationMs;
      expect(remainingMs).toBeGreaterThan(honestMs / 3);
      expect(remainingMs).toBeLessThan(honestMs * 3);
    }
  });

  it('tells in few lines what is published', async () => {
    const { code, stderr } = await stage.copy(catalogue, '--existing', 'overwrite');
    expect(code).toBe(0);
    expect(stderr.match(/^video-\d+: published$/gm)).toHaveLength(10);
    expect(stderr).toMatch(/^published: (?:\d+ videos, the latest )?video-\d+; 60 in all$/m);
    const asked = await stage.copy(catalogue, '--verbose');
    expect(asked.stderr.match(/^video-\d+: published$/gm)).toHaveLength(60);
  });

  it('has a short status, and a long one for those who ask', async () => {
    const short = await stage.run('status');
    expect(short.stdout).toMatch(
      /^60 videos: 60 published\n1,500 files: 1,500 there .*\n {2}… 60 videos, all of them /,
    );
    expect(short.stdout).toContain(`flants status --state ${stage.stateDir} --all\n`);
    expect((await stage.run('status', '--all')).stdout.match(/^ {2}video-\d+ +published/gm)).toHaveLength(60);
    expect((await stage.run('status', 'video-007')).stdout).toContain('\n  video-007  published   100%  25 of 25');
  });
});

function isGuess({ remainingMs, uncrawled }: Progress): boolean {
  return remainingMs !== undefined && uncrawled > 0;
}
