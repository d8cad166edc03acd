import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyntheticShape } from '../media/synthetic.ts';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { canMount, growDisk, withReadOnly, withSmallDisk } from './mounts.ts';
import { expectRefused, saidBy } from './refusal.ts';
import { differing, openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 40, fileBytes: 20_000, seed: 'disk' };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ destination: 'folder', library });
});
afterAll(() => stage.close());

/** @param name - of the state, so that each story has its own */
function copyTo(destination: string, name: string, ...flags: readonly string[]): Promise<FlantsResult> {
  const state = join(stage.scratch, name);
  return runFlants([
    'copy',
    `${stage.origin.url}${syntheticPlaylist(0)}`,
    destination,
    '--state',
    state,
    '--no-progress',
    ...flags,
  ]);
}

describe('a place below a file', () => {
  const below = async (): Promise<string> => {
    const file = join(stage.scratch, 'a-file');
    await writeFile(file, '');
    return join(file, 'folder');
  };

  it('is no destination', async () => {
    expectRefused(await copyTo(await below(), 'state-below'), 'store.key', 'a file stands where a folder is needed');
  });

  it('holds no state', async () => {
    const refused = await copyTo(join(stage.scratch, 'never'), 'unused', '--state', await below());
    expectRefused(refused, 'state.unusable', 'a file stands where a folder is needed');
    expect(refused.stderr).toContain('repair it, or use another: --state for local copies');
  });

  it('holds no report: that is said before anything is copied', async () => {
    expectRefused(
      await copyTo(join(stage.scratch, 'never'), 'unused', '--report', join(await below(), 'r.json')),
      'usage',
      'there is no folder',
    );
  });
});

describe.skipIf(!canMount)('a file system that is read-only', () => {
  const inReadOnly = async (work: (place: string) => Promise<void>): Promise<void> => {
    const [real, shown] = [join(stage.scratch, 'real'), join(stage.scratch, 'shown')];
    await mkdir(real, { recursive: true });
    await withReadOnly(real, shown, () => work(shown));
  };

  it('is no destination', () =>
    inReadOnly(async (place) => {
      expectRefused(await copyTo(place, 'state-ro'), 'store.denied', 'the file system is read-only');
      expectRefused(
        await copyTo(join(place, 'deeper/still'), 'state-ro-2'),
        'store.denied',
        'the file system is read-only',
      );
    }));

  it('holds no state', () =>
    inReadOnly(async (place) => {
      expectRefused(
        await copyTo(join(stage.scratch, 'never'), 'unused', '--state', join(place, 'a/b')),
        'state.unusable',
        'its file system is read-only',
      );
    }));

  it('takes no report, which is told, and the copy stands', () =>
    inReadOnly(async (place) => {
      const copied = await copyTo(
        join(stage.scratch, 'with-report'),
        'state-report',
        '--report',
        join(place, 'r.json'),
      );
      expect(copied.code).toBe(2);
      expect(copied.stdout).toContain('1 video: 1 published');
      expect(saidBy(copied)).toContain('which cannot be written: EROFS');
    }));
});

describe.skipIf(!canMount)('a disk that is full', () => {
  it('at the destination halts the copy, which the same command goes on with once there is room', async () => {
    const disk = join(stage.scratch, 'disk');
    await withSmallDisk(disk, 512, async () => {
      const halted = await copyTo(join(disk, 'd'), 'state-full');
      saidBy(halted);
      expect(halted.code).toBe(2);
      expect(halted.stderr).toMatch(
        /^flants: .*the disk is full \(ENOSPC\) \[store\.full\]\n {2}make room on it, or raise its quota\n {2}then continue with: flants copy /m,
      );
      expect(halted.stderr).not.toContain('warn:');
      expect(halted.stdout).toMatch(/^40 files: \d+ there \(.*\), \d+ to copy$/m);
    });
    const copied = await copyTo(join(disk, 'd'), 'state-full');
    expect(copied.code, copied.stderr).toBe(0);
    expect(
      await differing(
        { ...stage, object: (key) => readFile(join(disk, 'd', key)).catch(() => undefined) },
        syntheticFiles(library),
      ),
    ).toEqual([]);
  });

  it.each([
    ['before anything is copied', 64],
    ['while files are copied', 256],
  ])('under the state ends the run %s, and the same command goes on once there is room', async (_, sizeKiB) => {
    const [disk, destination] = [join(stage.scratch, `disk-${sizeKiB}`), join(stage.scratch, `destination-${sizeKiB}`)];
    await withSmallDisk(disk, sizeKiB, async () => {
      const ended = await copyTo(destination, join(`disk-${sizeKiB}`, 'state'));
      saidBy(ended);
      expect([1, 2]).toContain(ended.code);
      expect(ended.stderr).toMatch(
        /^flants: the state .* cannot be used: the disk is full \[state\.unusable\]\n {2}repair it, or use another: --state for local copies, --redis and --journal for a cluster$/m,
      );
      growDisk(disk, 4096);
      const copied = await copyTo(destination, join(`disk-${sizeKiB}`, 'state'));
      expect(copied.code, copied.stderr).toBe(0);
    });
  });
});
