import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { selfSigned } from '../servers/certificate.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Behaviour, Origin } from '../servers/origin.ts';
import type { FlantsResult } from './flants.ts';
import { linesAbout, saidBy, secret } from './refusal.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

const media = (...lines: readonly string[]): string =>
  `${['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...lines, '#EXTINF:4,', 'a.ts', '#EXT-X-ENDLIST'].join('\n')}\n`;

/** A playlist that cannot be copied: what it answers with, and what is said of it. */
type Bad = readonly [id: string, answer: Behaviour | string, code: string, text: string];

const bad: readonly Bad[] = [
  ['absent', { kind: 'status', status: 404 }, 'source.not-found', 'is not there (status 404)'],
  ['forbidden', { kind: 'status', status: 403 }, 'source.denied', 'refused access (status 403)'],
  ['no-login', { kind: 'status', status: 401 }, 'source.denied', 'refused access (status 401)'],
  ['broken-server', { kind: 'status', status: 500 }, 'source.status', 'answered with status 500'],
  ['page', { kind: 'error-page' }, 'hls.not-a-playlist', 'it is an HTML page, perhaps of an error or a login'],
  ['json', '{"error":"no such video"}', 'hls.not-a-playlist', 'it looks like JSON'],
  ['empty', '', 'hls.empty', 'is empty'],
  ['nothing-in-it', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-ENDLIST\n', 'hls.empty', 'leads to no media at all'],
  ['itself', '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n', 'hls.cycle', 'leads back to itself'],
  [
    'low-latency',
    `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n#EXT-X-PART:DURATION=1,URI="b.1.ts"\n#EXT-X-ENDLIST\n`,
    'hls.live',
    'EXT-X-PART names media',
  ],
  ['variables', media('#EXT-X-DEFINE:IMPORT="a"'), 'hls.variables', 'line 3: EXT-X-DEFINE'],
  [
    'advertised',
    media(
      '#EXT-X-DATERANGE:ID="1",CLASS="com.apple.hls.interstitial",START-DATE="2026-01-01T00:00:00Z",X-ASSET-URI="https://ads.example/1.m3u8"',
    ),
    'hls.interstitial',
    'of another host or in a list, which is not copied',
  ],
  ['dash', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>\n', 'hls.dash', 'only HLS is copied'],
  ['circle', { kind: 'redirect', to: '/circle/index.m3u8' }, 'source.redirects', 'redirects in a circle'],
  [
    'to-a-file',
    { kind: 'redirect', to: 'file:///etc/passwd' },
    'source.refused',
    'redirects to what is no http(s) URL',
  ],
  [
    'two-of-one-key',
    mediaPlaylist(['/_hosts/cdn.example/x.ts', 'http://cdn.example/x.ts']),
    'key.conflict',
    'would both be stored as _hosts/cdn.example/x.ts',
  ],
  ['no-key', mediaPlaylist(['a.ts', 'a%0Ab.ts']), 'key.unusable', 'has a control character'],
];

/** Told step by step: each test goes on where the one before it ended. */
describe('a catalogue of playlists that cannot be copied', () => {
  let stage: Stage;
  let tls: Origin;
  let caPath: string;
  let unanswered: readonly (readonly [id: string, url: string, code: string, text: string])[];
  let first: FlantsResult;

  const catalogue = async (
    name: string,
    rows: readonly { readonly id: string; readonly url: string }[],
  ): Promise<string> => {
    const path = join(stage.scratch, name);
    await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  };
  const rowsAtOrigin = (): { readonly id: string; readonly url: string }[] =>
    bad.map(([id]) => ({
      id,
      url: `${stage.origin.url.replace('//', `//user:${secret}@`)}/${id}/index.m3u8?token=${secret}`,
    }));
  const copy = (path: string, ...flags: readonly string[]): Promise<FlantsResult> =>
    stage.copy(path, '--header', `Authorization: Bearer ${secret}`, '--log-level', 'debug', ...flags);

  beforeAll(async () => {
    stage = await openStage({ destination: 'folder' });
    for (const [id, answer] of bad) {
      if (typeof answer === 'string') stage.origin.put(`/${id}/index.m3u8`, answer);
      else stage.origin.behave(`/${id}/index.m3u8`, answer);
    }
    const certificate = await selfSigned('IP:127.0.0.1');
    caPath = join(stage.scratch, 'ca.pem');
    await writeFile(caPath, certificate.cert);
    tls = await startOrigin({
      tls: certificate,
      files: { '/tls/index.m3u8': mediaPlaylist(['a.ts']), '/tls/a.ts': 'media' },
    });
    unanswered = [
      [
        'unknown-host',
        `http://nowhere.invalid/a.m3u8`,
        'source.host-unknown',
        'the name nowhere.invalid cannot be resolved',
      ],
      ['refused', `http://127.0.0.1:${await freePort()}/a.m3u8`, 'source.unreachable', 'nothing listens there'],
      ['untrusted', `${tls.url}/tls/index.m3u8`, 'source.tls', 'name one of your own with --ca'],
      ['no-tls', `${stage.origin.url.replace('http:', 'https:')}/a.m3u8`, 'source.tls', 'it does not speak TLS there'],
    ];
    const others = unanswered.map(([id, url]) => ({ id, url }));
    first = await copy(
      await catalogue('bad.ndjson', [...rowsAtOrigin(), ...others]),
      '--report',
      join(stage.scratch, 'report.json'),
    );
  });
  afterAll(async () => {
    await Promise.all([stage.close(), tls.stop()]);
  });

  it('ends with 1: no video was readable', () => {
    saidBy(first);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain(
      `${bad.length + unanswered.length} videos: ${bad.length + unanswered.length} invalid`,
    );
  });

  it('names each with the reason and a stable code, once on standard error and once in the summary', async () => {
    const report = JSON.parse(await readFile(join(stage.scratch, 'report.json'), 'utf8')) as LibraryReport;
    for (const [id, , code, text] of [...bad, ...unanswered]) {
      const lines = linesAbout(`warn: ${id}`, first);
      expect(lines, id).toHaveLength(1);
      expect(lines[0]).toContain(text);
      expect(lines[0]).toContain(`[${code}]`);
      expect(report.videos.find((video) => video.id === id)).toMatchObject({ state: 'invalid', invalid: { code } });
    }
    expect(first.stdout).toContain('Not usable:');
    expect(first.stdout).toMatch(/ {2}source\.denied: .*--header/);
  });

  it('asks three times where that may help, and once where it cannot', () => {
    expect(stage.origin.countOf('/broken-server/index.m3u8')).toBe(3);
    expect(stage.origin.countOf('/forbidden/index.m3u8')).toBe(1);
    expect(stage.origin.countOf('/absent/index.m3u8')).toBe(1);
    expect(linesAbout('broken-server', first).filter((line) => line.startsWith('debug: '))).toHaveLength(2);
  });

  it('writes no secret anywhere', async () => {
    expect(await readFile(join(stage.scratch, 'report.json'), 'utf8')).not.toContain(secret);
    const status = await stage.run('status');
    expect(status.code).toBe(1);
    saidBy(status);
  });

  it('does not keep a good video from being published, and ends with 2 then', async () => {
    stage.origin.put('/good/index.m3u8', mediaPlaylist(['a.ts']));
    stage.origin.put('/good/a.ts', 'media');
    const rows = [...rowsAtOrigin().slice(0, 2), { id: 'good', url: `${stage.origin.url}/good/index.m3u8` }];
    const copied = await copy(await catalogue('mixed.ndjson', rows));
    saidBy(copied);
    expect(copied.code).toBe(2);
    expect(copied.stderr).toContain('good: published');
    expect((await stage.object('good/a.ts'))?.toString()).toBe('media');
    expect(copied.stdout).toContain('absent: ');
  });

  it('copies all of them by the same command once they are mended, and trusts a self-made certificate that --ca names', async () => {
    for (const [id] of bad) {
      stage.origin.heal(`/${id}/index.m3u8`);
      stage.origin.put(`/${id}/index.m3u8`, mediaPlaylist(['a.ts']));
      stage.origin.put(`/${id}/a.ts`, `media of ${id}`);
    }
    const rows = [...rowsAtOrigin(), { id: 'untrusted', url: `${tls.url}/tls/index.m3u8` }];
    const copied = await copy(await catalogue('bad.ndjson', rows), '--ca', caPath);
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(0);
    for (const [id] of bad) expect((await stage.object(`${id}/a.ts`))?.toString()).toBe(`media of ${id}`);
    expect((await stage.object(`_hosts/127.0.0.1~${new URL(tls.url).port}/tls/a.ts`))?.toString()).toBe('media');
  });
});
