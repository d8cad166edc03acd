import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VideoSummary } from '../../src/domain/report/library-status.ts';
import { canaries, canariesIn, customGrantFlags, failingLibrary, grant, processTitles } from '../e2e/canaries.ts';
import type { Searched } from '../e2e/canaries.ts';
import { contentsOf } from '../e2e/contents.ts';
import { patient } from '../e2e/stage.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster whose library fails in many ways', patient, () => {
  let stage: ClusterStage;
  /** Receives alerts, and is no source. */
  let service: Origin;
  let rows: ReturnType<typeof failingLibrary>['rows'];
  beforeAll(async () => {
    service = await startOrigin({ rule: () => ({ kind: 'answer', headers: {}, body: 'not to be published' }) });
    stage = await openClusterStage(undefined, {
      redisPassword: canaries.redis,
      env: {
        FLANTS_HEADER: `X-Key: ${canaries.header}`,
        FLANTS_TOKEN: canaries.token,
        FLANTS_WEBHOOK: `${service.url}/${canaries.hook}`,
        FLANTS_WEBHOOK_SECRET: canaries.webhook,
      },
    });
    const library = failingLibrary(stage.origin.url);
    rows = library.rows;
    const { origin } = stage;
    // The journal keeps the playlists' URLs without their grants.
    const each = <T>(values: Readonly<Record<string, T>>, act: (path: string, value: T) => void): void => {
      for (const [path, value] of Object.entries(values))
        for (const name of [path, path.replace(grant, '')]) act(name, value);
    };
    each(library.files, (path, body) => origin.put(path, body));
    each(library.redirects, (path, to) => origin.behave(path, { kind: 'redirect', to }));
    each(library.statuses, (path, status) => origin.behave(path, { kind: 'status', status }));
    await writeFile(stage.catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  });
  afterAll(async () => {
    await stage?.close();
    await service?.stop();
  });

  it('tells no secret, and asks no service of this machine that somebody submits', async () => {
    const api = await clusterApi();
    const flags = ['--transfers', '0', '--patience', '0', '--log-level', 'debug', ...customGrantFlags, ...api.flags];
    const up = stage.start('up', ...flags);
    const titles: Searched[] = [];
    const watching = setInterval(() => void processTitles(up.pid).then((found) => titles.push(...found)), 1_000);
    const answers: Searched[] = [];
    const said: Searched[] = [];
    const keep = (name: string, text: string): void => void said.push({ name, bytes: Buffer.from(text) });
    try {
      // Two rows are none.
      await api.until((videos) => videos.length === rows.length - 2 && videos.every(isAtRest));
      const copied = await api.videos();
      expect(copied.find(({ id }) => id === 'good')).toMatchObject({ state: 'published' });
      expect(copied.find(({ id }) => id === 'bad')).toMatchObject({ state: 'incomplete' });
      const { port } = new URL(service.url);
      const forbidden = [
        `http://user:${canaries.submitted}@127.0.0.1:${port}/a/index.m3u8?token=${canaries.submitted}`,
        `http://localhost:${port}/b/index.m3u8?token=${canaries.submitted}`,
        `http://[::ffff:7f00:1]:${port}/c/index.m3u8`,
        `http://2130706433:${port}/d.m3u8`,
        'http://169.254.169.254/latest/meta-data/e.m3u8',
        'http://10.255.255.1/f.m3u8',
      ];
      for (const [index, playlistUrl] of forbidden.entries()) {
        const answer = await documentedFetch(`${api.url}/api/v1/videos`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${canaries.token}` },
          body: JSON.stringify({ id: `submitted-${index}`, playlistUrl }),
        });
        // The host of an address in decimal digits is no name for the document.
        const status = playlistUrl.includes('2130706433') ? 400 : 200;
        expect([playlistUrl, answer.status]).toEqual([playlistUrl, status]);
      }
      const submitted = ({ id }: VideoSummary): boolean => id.startsWith('submitted-');
      const videos = await api.until((all) => all.filter(submitted).length === 5 && all.every(isAtRest));
      expect(videos.filter(submitted).map(({ invalid }) => invalid?.code)).toEqual(
        Array.from({ length: 5 }, () => 'source.forbidden'),
      );
      for (const path of ['videos', 'report', 'status', 'videos/bad', 'videos/bad/files', 'videos/submitted-0']) {
        const answer = await documentedFetch(`${api.url}/api/v1/${path}`);
        answers.push({ name: path, bytes: Buffer.from(await answer.text()) });
      }
      answers.push({ name: 'metrics', bytes: Buffer.from(await (await fetch(`${api.url}/metrics`)).text()) });
      for (const words of [['report'], ['status'], ['show', 'bad'], ['retry']]) {
        const [verb = '', ...more] = words;
        const { stdout, stderr } = await stage.run(verb, ...more);
        keep(`output of ${verb}`, stdout + stderr);
      }
    } finally {
      clearInterval(watching);
      up.kill('SIGTERM');
      const { stdout, stderr } = await up.ended;
      keep('output of up', stdout + stderr);
    }
    expect(service.requests.map(({ path }) => path).filter((path) => path !== `/${canaries.hook}`)).toEqual([]);
    const folders = [stage.objects, stage.journal, stage.redis.folder];
    const kept = (await Promise.all(folders.map(contentsOf))).flat().map(({ path, bytes }) => ({ name: path, bytes }));
    for (const folder of folders)
      expect(
        kept.some(({ name }) => name.startsWith(folder)),
        folder,
      ).toBe(true);
    const names = kept.map(({ name }) => ({ name: 'a name', bytes: Buffer.from(name) }));
    expect(kept.filter(({ bytes }) => Buffer.from(bytes).includes('not to be published'))).toEqual([]);
    expect(titles.length).toBeGreaterThan(0);
    // The journal, which is private, keeps what a person submitted as it was given: nothing else could renew it.
    const isKept = (found: string): boolean => found.startsWith(`submitted in ${stage.journal}/`);
    const found = canariesIn([...said, ...answers, ...titles, ...kept, ...names]);
    expect(found.filter((each) => !isKept(each))).toEqual([]);
  });
});

function isAtRest({ state }: VideoSummary): boolean {
  return state === 'published' || state === 'incomplete' || state === 'invalid';
}
