import { readdir, readFile } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Secrets of every kind, each of which stands nowhere else. */
export const canaries = {
  query: 'kanari-query-token',
  segment: 'kanari-segment-token',
  redirect: 'kanari-redirect-token',
  inner: 'kanari-inner-password',
  row: 'kanari-row-password',
  /** In the hexadecimal digits of an Akamai token. */
  path: 'c0ffee11c0ffee22c0ffee33c0ffee44',
  /** In a folder of which only an option says that it is a grant. */
  custom: 'kanari-custom-grant',
  header: 'kanari-header-value',
  basic: 'kanari-basic-password',
  submitted: 'kanari-submitted-token',
  token: 'kanari-api-token',
  redis: 'kanari-redis-password',
  webhook: 'kanari-webhook-secret',
  hook: 'kanari-hook-path',
  /** Of the test's store. */
  s3: 'flantstestsecret',
} as const;

/** A path that a CDN grants access by. */
export const grant = `/exp=1980000000~acl=*~hmac=${canaries.path}`;

/** A grant of a form of this origin's own, and the option that names it. */
const customGrant = `/grant-${canaries.custom}`;
export const customGrantFlags: readonly string[] = ['--session-pattern', '^/(grant-[^/]+/)'];

/** Something that may hold a secret. */
export interface Searched {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where secrets were found: in plain text, in base64, or in what is compressed. */
export function canariesIn(searched: Iterable<Searched>): readonly string[] {
  const needles = Object.entries(canaries).flatMap(([kind, value]) => [
    [kind, value] as const,
    ...[`user:${value}`, value].map((text) => [kind, Buffer.from(text).toString('base64').replace(/=+$/, '')] as const),
  ]);
  const found = new Set<string>();
  for (const { name, bytes } of searched) {
    for (const layer of layersOf(Buffer.from(bytes))) {
      for (const [kind, needle] of needles) {
        const at = layer.indexOf(needle);
        if (at >= 0) found.add(`${kind} in ${name}: …${layer.toString('latin1', Math.max(0, at - 120), at + 40)}`);
      }
    }
  }
  return [...found];
}

/** The bytes, and what they unpack to. */
function layersOf(bytes: Buffer): readonly Buffer[] {
  const unpacked = [gunzipSync, zstdDecompressSync, brotliDecompressSync].flatMap((unpack) => {
    try {
      return [unpack(bytes)];
    } catch {
      return [];
    }
  });
  return [bytes, ...unpacked];
}

/** The command lines and names of a process and its children. Empty where there is no /proc. */
export async function processTitles(pid: number): Promise<readonly Searched[]> {
  const all = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(
    all.map(async (name) => {
      const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
      return [name, Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2])] as const;
    }),
  );
  const pids = parents.flatMap(([name, parent]) => (parent === pid || Number(name) === pid ? [name] : []));
  const paths = pids.flatMap((each) => [`/proc/${each}/cmdline`, `/proc/${each}/comm`]);
  const read = await Promise.all(
    paths.map(async (name) => ({ name, bytes: await readFile(name).catch(() => Buffer.alloc(0)) })),
  );
  return read.filter(({ bytes }) => bytes.length > 0);
}

/** A source of which most things fail, and the rows of its catalogue, with secrets in every URL. */
export function failingLibrary(url: string): {
  readonly files: Readonly<Record<string, string>>;
  readonly redirects: Readonly<Record<string, string>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly rows: readonly { readonly id: string; readonly playlistUrl: string }[];
} {
  const withUser = url.replace('//', `//user:${canaries.basic}@`);
  const at = (path: string): string => `${grant}${path}?token=${canaries.segment}`;
  const playlist = (...uris: readonly string[]): string =>
    ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...uris.flatMap((uri) => ['#EXTINF:4,', uri]), '#EXT-X-ENDLIST', ''].join(
      '\n',
    );
  const row = (id: string): { readonly id: string; readonly playlistUrl: string } => ({
    id,
    playlistUrl: `${withUser}${grant}/${id}/index.m3u8?token=${canaries.query}`,
  });
  const inner = `http://user:${canaries.inner}@10.255.255.1`;
  return {
    files: {
      [`${grant}/good/index.m3u8`]: playlist(at('/good/1.ts'), at('/good/2.ts')),
      [`${grant}/good/1.ts`]: 'one',
      [`${grant}/good/2.ts`]: 'two',
      [`${grant}/bad/index.m3u8`]: playlist(
        ...['/bad/1.ts', '/bad/absent.ts', '/bad/denied.ts', '/bad/broken.ts', '/bad/away.ts', '/bad/circle.ts'].map(
          at,
        ),
        `${inner}/bad/foreign.ts?token=${canaries.segment}`,
      ),
      [`${grant}/bad/1.ts`]: 'one',
      [`${grant}/page/index.m3u8`]: '<html>log in</html>',
      [`${grant}/broken/index.m3u8`]: playlist(
        `http://user:${canaries.inner}@[bad]${grant}/x.ts?token=${canaries.segment}`,
      ),
      [`${customGrant}/own/index.m3u8`]: playlist(
        ...['1', 'absent', 'denied', 'broken', 'away', 'circle'].map((name) => `${name}.ts`),
      ),
      [`${customGrant}/own/1.ts`]: 'one',
      [`${customGrant}/page/index.m3u8`]: '<html>log in</html>',
      [`${grant}/inner/index.m3u8`]: `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${inner}/v.m3u8?token=${canaries.inner}\n`,
    },
    redirects: {
      [`${grant}/bad/away.ts`]: `${inner}/x.ts?token=${canaries.redirect}`,
      [`${grant}/bad/circle.ts`]: `${grant}/bad/circle.ts?token=${canaries.redirect}`,
      [`${customGrant}/own/away.ts`]: `${inner}/x.ts`,
      [`${customGrant}/own/circle.ts`]: `${customGrant}/own/circle.ts`,
      [`${customGrant}/circle/index.m3u8`]: `${customGrant}/circle/index.m3u8`,
      [`${grant}/moved/index.m3u8`]: `http://169.254.169.254/index.m3u8?token=${canaries.redirect}`,
      [`${grant}/odd/index.m3u8`]: `ftp://user:${canaries.redirect}@10.0.0.1/?token=${canaries.redirect}`,
    },
    statuses: {
      [`${grant}/bad/denied.ts`]: 403,
      [`${grant}/bad/broken.ts`]: 500,
      [`${customGrant}/own/denied.ts`]: 403,
      [`${customGrant}/own/broken.ts`]: 500,
      [`${customGrant}/refused/index.m3u8`]: 403,
      [`${grant}/refused/index.m3u8`]: 403,
    },
    rows: [
      ...['good', 'bad', 'page', 'broken', 'inner', 'moved', 'odd', 'refused', 'absent'].map(row),
      ...['own', 'page', 'circle', 'refused', 'absent'].map((name) => ({
        id: `custom-${name}`,
        playlistUrl: `${url}${customGrant}/${name}/index.m3u8`,
      })),
      { id: 'row', playlistUrl: `ftp://user:${canaries.row}@cdn.example/x.m3u8?token=${canaries.row}` },
      { id: 'word', playlistUrl: `http://user:${canaries.row}@[bad]/x.m3u8?token=${canaries.row}` },
    ],
  };
}
