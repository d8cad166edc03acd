import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaPlaylist, syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import type { Behaviour, SeenRequest } from '../servers/origin.ts';
import { contentsOf } from './contents.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 12, fileBytes: 2_000, seed: 'tokens' };
const segments = [...syntheticFiles(library)].filter(({ path }) => path.endsWith('.ts'));
const playlist = syntheticPlaylist(0);
const names = segments.map((_, number) => syntheticSegment(number));
const denied: Behaviour = { kind: 'status', status: 403 };
const [firstToken, secondToken] = ['s3cr3t-of-the-first-hour', 's3cr3t-of-the-second-hour'];

/** An origin that serves segments for the token of the hour alone, and playlists that carry it. */
function tokenOrigin() {
  let token = firstToken;
  const withToken = (name: string): string => `${name}?token=${token}`;
  const body = (): string => mediaPlaylist(names.map(withToken));
  const rule = ({ path }: SeenRequest): Behaviour | undefined => {
    if (path.includes('.m3u8'))
      return { kind: 'answer', headers: { 'content-type': 'application/vnd.apple.mpegurl' }, body: body() };
    return path.endsWith(`?token=${token}`) ? undefined : denied;
  };
  return { rule, expire: () => void (token = secondToken) };
}

describe('a source whose segments want a token', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  /** What was copied is whole, and no token is in it, in the state, in a report, or in what was said. */
  const expectNoToken = async (said: { readonly stdout: string; readonly stderr: string }): Promise<void> => {
    const lines = await stage.run('report', '--format', 'ndjson');
    const json = await stage.run('report');
    const kept = [...(await contentsOf(stage.stateDir)), ...(await contentsOf(stage.scratch))];
    expect(kept.length).toBeGreaterThan(segments.length);
    expect(kept.filter(({ bytes }) => bytes.includes('s3cr3t')).map(({ path }) => path)).toEqual([]);
    for (const text of [said.stdout, said.stderr, lines.stdout, json.stdout]) expect(text).not.toContain('s3cr3t');
    for (const { path, body } of segments) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    expect(await stage.object(playlist.slice(1))).toEqual(Buffer.from(mediaPlaylist(names)));
  };
  const reportPath = (): string => join(stage.scratch, 'report.json');

  it('is copied, and the token is nowhere afterwards', async () => {
    stage = await openStage({ destination: 'folder', library, rule: tokenOrigin().rule });
    const copied = await stage.copy(playlist, '--report', reportPath(), '--log-level', 'debug');
    expect(copied.code, copied.stderr).toBe(0);
    await expectNoToken(copied);
    const requests = stage.origin.requests.length;
    expect((await stage.copy(playlist)).code).toBe(0);
    expect(stage.origin.requests.slice(requests).map(({ path }) => path)).toEqual([playlist]);
  });

  it('and whose tokens expire in mid-copy is asked for new ones, once', async () => {
    const { rule, expire } = tokenOrigin();
    const expiring = syntheticSegment(5);
    stage = await openStage({
      destination: 'folder',
      library,
      rule: (request) => {
        if (request.path.includes(expiring)) expire();
        return rule(request);
      },
    });
    const copied = await stage.copy(playlist, '--report', reportPath(), '--concurrency', '1', '--threads', '1');
    expect(copied.code, copied.stderr).toBe(0);
    await expectNoToken(copied);
    const tries = segments.map(({ path }) => stage.origin.countOf(path));
    expect(Math.max(...tries)).toBe(2);
    const report = JSON.parse(await readFile(reportPath(), 'utf8')) as LibraryReport;
    expect(report.videos).toMatchObject([{ state: 'published', files: { total: 12, done: 12, failed: 0 } }]);
  });

  it('is copied where its playlist wants one too, which the state does not keep either', async () => {
    const { rule } = tokenOrigin();
    stage = await openStage({
      destination: 'folder',
      library,
      rule: (request) => (request.path === playlist ? denied : rule(request)),
    });
    const address = `${playlist}?token=${firstToken}`;
    const copied = await stage.copy(address, '--report', reportPath(), '--log-level', 'debug');
    expect(copied.code, copied.stderr).toBe(0);
    await expectNoToken(copied);
    expect((await stage.copy(address)).code).toBe(0);
  });

  it('and refuses new tokens too fails with the files named, and goes on when they are good again', async () => {
    const { rule } = tokenOrigin();
    let isOpen = false;
    stage = await openStage({
      destination: 'folder',
      library,
      rule: (request) => (!isOpen && request.path.includes(syntheticSegment(5)) ? denied : rule(request)),
    });
    const copied = await stage.copy(playlist);
    expect(copied.code).toBe(2);
    expect(copied.stdout).toMatch(new RegExp(`${syntheticSegment(5)}: .*403.*\\[source\\.denied\\]`));
    isOpen = true;
    const again = await stage.copy(playlist);
    expect(again.code, again.stderr).toBe(0);
    await expectNoToken(again);
  });
});
