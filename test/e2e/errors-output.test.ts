import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 4, fileBytes: 500, seed: 'full' };
const command = inject('command');

describe.skipIf(!existsSync('/dev/full'))('a copy whose disk for output is full', patient, () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage({ destination: 'folder', library });
  });
  afterEach(() => stage.close());

  const copy = async (redirection: string, ...flags: readonly string[]) => {
    const words = [process.execPath, command, ...stage.copyArgs(syntheticPlaylist(0), ...flags)];
    const child = spawn('bash', ['-c', `exec "$@" ${redirection}`, 'bash', ...words]);
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close'), text(child.stdout)]);
    return { stderr, code: code as number };
  };

  it('goes on without its log', async () => {
    expect((await copy('2>/dev/full', '--log-level', 'debug')).code).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });

  it.each([[], ['--json']])(
    'is whole without its output, and ends with 1 to tell so: %j',
    async (...flags: readonly string[]) => {
      const { stderr, code } = await copy('>/dev/full', ...flags);
      expect(stderr).toContain('not all of standard output could be written: ENOSPC');
      expect(code).toBe(1);
      expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    },
  );
});
