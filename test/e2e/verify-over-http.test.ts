import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import type { VerifyReport } from '../../src/domain/report/verification.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

let stage: Stage;
let site: Origin;
afterEach(() => Promise.all([stage.close(), site.stop()]));

const playlist = syntheticPlaylist(0);
const pathOf = (segment: number): string => new URL(syntheticSegment(segment), `http://x${playlist}`).pathname;

it('verify over HTTP is not content with the page that a site gives for whatever it lacks', patient, async () => {
  stage = await openStage({
    destination: 'folder',
    library: { videos: 1, filesPerVideo: 4, fileBytes: 1_000, seed: 'site' },
  });
  expect((await stage.copy(playlist)).code).toBe(0);
  site = await startOrigin({ folder: stage.objects });
  const verify = () => runFlants(['verify', site.url + playlist, '--json']);
  // The copy is whole; that pages of other hosts may not play it is a warning.
  expect((await verify()).code).toBe(3);

  const segment = pathOf(2);
  await rm(join(stage.objects, segment));
  site.behave(segment, { kind: 'error-page' });
  const verified = await verify();
  expect(verified.code).toBe(2);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    problems: [{ code: 'verify.wrong-body', key: site.url + segment }],
  });
});

it(
  'verify over HTTP names each object of which no player gets the copy, and ends with what the server does',
  patient,
  async () => {
    stage = await openStage({
      destination: 'folder',
      library: { videos: 1, filesPerVideo: 6, fileBytes: 1_000, seed: 'site' },
    });
    expect((await stage.copy(playlist)).code).toBe(0);
    site = await startOrigin({ folder: stage.objects });
    const verify = async () => {
      const { code, stdout } = await runFlants(['verify', site.url + playlist, '--json', '--allow-host', '127.0.0.1']);
      return { code, ...(JSON.parse(stdout) as Pick<VerifyReport, 'problems'>) };
    };
    const oldHome = stage.origin.url;
    site.behave(pathOf(1), { kind: 'redirect', to: `${oldHome}${pathOf(1)}?grant=secret` });
    site.behave(pathOf(2), { kind: 'status', status: 400 });
    site.behave(pathOf(3), { kind: 'with-headers', headers: { 'content-encoding': 'gzip' } });
    site.behave(pathOf(4), { kind: 'redirect', to: pathOf(5) });
    const list = `${playlist}.side-files.json`;
    site.behave(list, { kind: 'status', status: 400 });
    const found = await verify();
    expect(found.code).toBe(2);
    expect(found.problems).toMatchObject([
      { code: 'source.status', key: site.url + list },
      {
        code: 'verify.outside',
        key: site.url + pathOf(1),
        message: `it is redirected to ${oldHome}${pathOf(1)}, outside the copy`,
      },
      { code: 'source.status', key: site.url + pathOf(2), message: expect.stringContaining('status 400') },
      { code: 'source.wrong-body', key: site.url + pathOf(3), message: expect.stringContaining('gzip') },
    ]);

    site.heal(list);
    site.behave(playlist, { kind: 'redirect', to: oldHome + playlist });
    expect(await verify()).toMatchObject({
      code: 2,
      problems: [{ code: 'verify.outside', message: `it is redirected to ${oldHome}${playlist}, outside the copy` }],
    });
    await stage.origin.stop();
    const ended = await runFlants(['verify', `${oldHome}${playlist}`]);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('[source.unreachable]')]);
  },
);
