import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryFinding, VerifyReport } from '../../src/domain/report/verification.ts';
import { syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import { hasNginx, startNginx } from '../servers/nginx.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const playlist = syntheticPlaylist(0);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    destination: 'folder',
    library: { videos: 1, filesPerVideo: 4, fileBytes: 1_000, seed: 'delivery' },
  });
  const copied = await stage.copy(playlist);
  if (copied.code !== 0) throw new Error(copied.stderr);
});
afterAll(() => stage.close());

interface Cdn {
  readonly cors?: boolean;
  readonly range?: boolean;
  readonly types?: string;
  readonly cache?: boolean;
  readonly more?: string;
}

/** What nginx says in front of the copy: as a CDN should, but for what a test takes away. */
function locationOf({ cors = true, range = true, types, cache = true, more = '' }: Cdn): string {
  const lines = [
    `root ${stage.objects};`,
    `types { ${types ?? 'application/vnd.apple.mpegurl m3u8; video/mp2t ts;'} }`,
    ...(cors
      ? [
          'add_header Access-Control-Allow-Origin * always;',
          'add_header Access-Control-Allow-Headers * always;',
          'add_header Access-Control-Expose-Headers "Content-Length, Content-Range" always;',
          'if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin *; add_header Access-Control-Allow-Headers Range; return 204; }',
        ]
      : []),
    ...(range ? [] : ['max_ranges 0;']),
    ...(cache ? ['add_header Cache-Control $cdn_cache;'] : []),
    more,
  ];
  return lines.join('\n');
}

const cacheMap = 'map $uri $cdn_cache { default "public, max-age=31536000, immutable"; ~m3u8$ "public, max-age=60"; }';

async function verifyThrough(
  cdn: Cdn,
): Promise<{ readonly code: number | null; readonly found: readonly DeliveryFinding[]; readonly text: string }> {
  const nginx = await startNginx(stage.objects, { location: locationOf(cdn), http: cacheMap });
  try {
    const url = nginx.url + playlist;
    const { code, stdout, stderr } = await runFlants(['verify', url, '--json']);
    if (stdout === '') throw new Error(stderr);
    const report = JSON.parse(stdout) as VerifyReport;
    expect(report.problems).toEqual([]);
    const shown = code === 0 ? '' : (await runFlants(['verify', url])).stdout;
    return { code, found: report.delivery ?? [], text: shown };
  } finally {
    await nginx.stop();
  }
}

const codesOf = (found: readonly DeliveryFinding[]) => [...new Set(found.map(({ code }) => code))];

describe.skipIf(!hasNginx)('flants verify through a CDN', patient, () => {
  it('finds nothing wrong with one that delivers as players need it', async () => {
    expect(await verifyThrough({})).toMatchObject({ code: 0, found: [] });
  });

  it('names that CORS is missing, the header, and the line for CloudFront', async () => {
    const { code, found, text } = await verifyThrough({ cors: false });
    expect(code).toBe(3);
    expect(codesOf(found)).toEqual(['verify.cors']);
    expect(found.map(({ role }) => role)).toEqual(expect.arrayContaining(['segment', 'media-playlist']));
    expect(text).toContain('header: Access-Control-Allow-Origin: *');
    expect(text).toContain('CloudFront: ');
  });

  it('names that ranges are not answered', async () => {
    const { code, found } = await verifyThrough({ range: false });
    expect(code).toBe(3);
    expect(found).toMatchObject([{ code: 'verify.range', role: 'segment', header: 'Accept-Ranges: bytes' }]);
  });

  it('names that ranges are refused, though all else is there', async () => {
    const { code, found } = await verifyThrough({ more: 'if ($http_range) { return 403; }' });
    expect(code).toBe(3);
    expect(found).toMatchObject([{ code: 'verify.range', role: 'segment', message: expect.stringContaining('403') }]);
  });

  it('names a cache that answers all ranges with the first', async () => {
    const { code, found } = await verifyThrough({
      more: 'if ($http_range = "bytes=1-2") { add_header Content-Range "bytes 0-1/1000"; return 206 "ab"; }',
    });
    expect(code).toBe(2);
    expect(found).toMatchObject([{ code: 'verify.range', level: 'fault', header: 'Content-Range: bytes 1-2/1000' }]);
  });

  it('names a wrong type of a playlist, whose name only says what it is', async () => {
    const { code, found, text } = await verifyThrough({ types: 'text/plain m3u8; video/mp2t ts;' });
    expect(code).toBe(3);
    expect(codesOf(found)).toEqual(['verify.type']);
    expect(found).toContainEqual(
      expect.objectContaining({ level: 'warning', header: 'Content-Type: application/vnd.apple.mpegurl' }),
    );
    expect(text).toMatch(/WARNING .*by its name/);
  });

  it('names a wrong type of one object of many', async () => {
    const segment = new URL(syntheticSegment(2), `http://x${playlist}`).pathname;
    const { code, found } = await verifyThrough({ more: `location = ${segment} { types { text/html ts; } }` });
    expect(code).toBe(2);
    const types = found.filter((each) => each.code === 'verify.type');
    expect(types).toMatchObject([{ level: 'fault', role: 'segment', url: expect.stringContaining(segment) }]);
  });

  it('names that nobody says how long to keep it', async () => {
    const { code, found } = await verifyThrough({ cache: false });
    expect([code, codesOf(found)]).toEqual([3, ['verify.cache']]);
    expect(found).toContainEqual(
      expect.objectContaining({ role: 'segment', header: expect.stringContaining('immutable') }),
    );
  });

  it('names that HEAD is refused, that errors are kept, and that a page stands for what is not there', async () => {
    const noHead = await verifyThrough({ more: 'if ($request_method = HEAD) { return 405; }' });
    expect(codesOf(noHead.found)).toEqual(['verify.head']);
    const kept = await verifyThrough({ cache: false, more: 'add_header Cache-Control $cdn_cache always;' });
    expect(kept.found).toMatchObject([{ code: 'verify.cache', role: 'missing object' }]);
    const page = await verifyThrough({ more: `try_files $uri ${playlist};` });
    expect(page.found).toMatchObject([{ code: 'verify.type', role: 'missing object' }]);
  });
});
