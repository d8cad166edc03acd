import { afterEach, describe, expect, it } from 'vitest';
import {
  mediaPlaylist,
  randomBytesOf,
  syntheticFiles,
  syntheticPlaylist,
  syntheticSegment,
} from '../media/synthetic.ts';
import type { SyntheticFile, SyntheticShape } from '../media/synthetic.ts';
import type { Behaviour } from '../servers/origin.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage, StageOptions } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 40, fileBytes: 2_000, seed: 'recut' };
const playlist = syntheticPlaylist(0);
const names = Array.from({ length: library.filesPerVideo }, (_, number) => syntheticSegment(number));
const newNames = ['intro-0.ts', 'intro-1.ts', 'intro-2.ts'];
const replaced = syntheticSegment(25);
const noValidators: Behaviour = { kind: 'no-validators' };

/** What the source holds after it was cut anew: three segments in front, one replaced under its name. */
const recut: readonly SyntheticFile[] = [
  ...newNames.map((name) => ({ path: `/video-000/${name}`, body: randomBytesOf(name, library.fileBytes) })),
  { path: `/video-000/${replaced}`, body: randomBytesOf('another take', library.fileBytes) },
  { path: playlist, body: Buffer.from(mediaPlaylist([...newNames, ...names])) },
];
const isReplaced = new Set(recut.map(({ path }) => path));
const newPresentation = [...recut, ...[...syntheticFiles(library)].filter(({ path }) => !isReplaced.has(path))];
const newKeys = recut.map(({ path }) => path.slice(1)).toSorted();

describe.skipIf(!hasVersitygw)('a source, copied to versitygw, that', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());
  const copied = async (options: Partial<StageOptions> = {}): Promise<void> => {
    stage = await openStage({ destination: 'versitygw', library, ...options });
    const first = await stage.copy(playlist);
    expect(first.code, first.stderr).toBe(0);
    expect(stage.puts()).toHaveLength(library.filesPerVideo + 1);
    stage.clear();
  };
  const copyAgain = async (
    ...flags: readonly string[]
  ): Promise<{ readonly asked: readonly string[]; readonly stdout: string }> => {
    const before = stage.origin.requests.length;
    const { code, stdout, stderr } = await stage.copy(playlist, ...flags);
    expect(code, stderr).toBe(0);
    return { stdout, asked: stage.origin.requests.slice(before).map(({ path }) => path) };
  };
  const recutSource = (): void => recut.forEach(({ path, body }) => stage.origin.put(path, body));

  it('is as it was costs one conditional request for its playlist', async () => {
    await copied();
    const { asked } = await copyAgain();
    expect(asked).toEqual([playlist]);
    expect(stage.origin.requests.at(-1)?.headers['if-none-match']).toBeDefined();
    expect(stage.puts()).toEqual([]);
  });

  it('was cut anew ends as the new presentation, and only what changed is sent', async () => {
    await copied();
    recutSource();
    const { stdout } = await copyAgain();
    expect(await differing(stage, newPresentation)).toEqual([]);
    expect(stage.puts().toSorted()).toEqual(newKeys);
    expect(stdout).toMatch(/This run: 4 copied \(.*\), 39 unchanged/);
    const segments = stage.origin.requests.slice(library.filesPerVideo + 1).filter(({ path }) => path.endsWith('.ts'));
    expect(segments.filter(({ headers }) => headers['if-none-match'] !== undefined)).toHaveLength(
      library.filesPerVideo,
    );
  });

  it('was cut anew is known again behind a proxy that weakens the ETags of the store', async () => {
    stage = await openStage({ destination: 'versitygw', library });
    stage.weakenEtags();
    expect((await stage.copy(playlist)).code).toBe(0);
    expect(stage.puts()).toHaveLength(library.filesPerVideo + 1);
    stage.clear();
    recutSource();
    await copyAgain();
    expect(await differing(stage, newPresentation)).toEqual([]);
    expect(stage.puts().toSorted()).toEqual(newKeys);
  });

  it('gives no validators and was cut anew is sent no more than what changed', async () => {
    await copied({ rule: () => noValidators });
    expect((await copyAgain()).asked).toEqual([playlist]);
    expect(stage.puts()).toEqual([]);
    recutSource();
    await copyAgain();
    expect(await differing(stage, newPresentation)).toEqual([]);
    expect(stage.puts().toSorted()).toEqual(newKeys);
  });

  it('gives no validators is not sent again by --recheck either', async () => {
    await copied({ rule: () => noValidators });
    const { asked } = await copyAgain('--recheck');
    expect(asked.filter((path) => path.endsWith('.ts'))).toHaveLength(library.filesPerVideo);
    expect(stage.puts()).toEqual([]);
  });

  it('replaced a segment in silence is brought up to date by --recheck alone', async () => {
    await copied();
    const other = { path: `/video-000/${replaced}`, body: randomBytesOf('a silent change', library.fileBytes) };
    stage.origin.put(other.path, other.body);
    expect((await copyAgain()).asked).toEqual([playlist]);
    await copyAgain('--recheck');
    expect(stage.puts()).toEqual([other.path.slice(1)]);
    expect(await differing(stage, [other])).toEqual([]);
  });

  it('is cut anew in mid-copy ends as the new presentation, never as a mixture', async () => {
    const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
    const last = `/video-000/${syntheticSegment(39)}`;
    stage = await openStage({
      destination: 'versitygw',
      library,
      rule: ({ path }) => (path === last ? { kind: 'held', until } : undefined),
    });
    const run = stage.start(stage.copyArgs(playlist));
    await Promise.race([stage.origin.asked(last), run.ended]);
    recutSource();
    letGo();
    const ended = await run.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(await differing(stage, newPresentation)).toEqual([]);
    expect(stage.puts().filter((key) => key.endsWith('.m3u8'))).toHaveLength(1);
  });
});
