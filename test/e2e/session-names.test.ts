import { randomBytes, randomInt } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import type { Behaviour, SeenRequest } from '../servers/origin.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import { runFlants, startFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const segments = 4;
const bodyOf = (number: string): string => `bytes of segment ${number} `.repeat(50);
const hls = { 'content-type': 'application/vnd.apple.mpegurl' };

/** A way of putting a session or a grant into names. */
interface Form {
  readonly session: () => string;
  /** Path of the root playlist, as a catalogue names it. A session that is new at each request is not in it. */
  readonly root: (session: string) => string;
  /** Names in the root playlist and in the media playlist. */
  readonly list: (session: string) => string;
  readonly segment: (session: string, number: number) => string;
  /** Where all of it must stand. */
  readonly keys: readonly string[];
}

const numeric = (): string => String(randomInt(1e8, 1e9));
const hex = (): string => randomBytes(16).toString('hex');
const word = (): string => randomBytes(4).toString('hex');
const stable = (list: string, segment: (number: number) => string): Form['keys'] =>
  ['v/master.m3u8', `v/${list}`, ...Array.from({ length: segments }, (_, number) => `v/${segment(number)}`)].toSorted();
const plain = {
  list: () => 'list.m3u8',
  segment: (_: string, number: number) => `${number}.ts`,
  keys: stable('list.m3u8', (number) => `${number}.ts`),
};
const inQuery = (name: string): Form => ({
  session: hex,
  root: () => '/v/master.m3u8',
  list: (session) => `list.m3u8?${name}=${session}`,
  segment: (session, number) => `${number}.ts?${name}=${session}`,
  keys: plain.keys,
});

const known = {
  'a Wowza session': {
    session: numeric,
    root: () => '/v/master.m3u8',
    list: (session) => `chunklist_w${session}.m3u8`,
    segment: (session, number) => `media_w${session}_${number}.ts`,
    keys: stable('chunklist.m3u8', (number) => `media_${number}.ts`),
  },
  'names of a Wowza packetizer': {
    session: word,
    root: () => '/v/master.m3u8',
    list: () => 'chunklist.m3u8',
    segment: (session, number) => `media-u${session}_${number}.ts`,
    keys: stable('chunklist.m3u8', (number) => `media_${number}.ts`),
  },
  nimblesessionid: inQuery('nimblesessionid'),
  wowzasessionid: inQuery('wowzasessionid'),
  'a session': inQuery('session'),
  sid: inQuery('sid'),
  _: inQuery('_'),
  cb: inQuery('cb'),
  'a grant of Akamai': {
    ...plain,
    session: hex,
    root: (grant) => `/exp=1790000000~acl=%2Fv%2F*~hmac=${grant}/v/master.m3u8`,
  },
  'a long grant of Akamai': {
    ...plain,
    session: hex,
    root: (grant) => `/hdntl=exp=1790000000~acl=/*~data=hdntl~hmac=${grant}/v/master.m3u8`,
  },
  'a grant of bunny.net': {
    ...plain,
    session: hex,
    root: (grant) => `/bcdn_token=${grant}&expires=1790000000&token_path=%2Fv%2F/v/master.m3u8`,
  },
  'a grant that an option names': { ...plain, session: word, root: (grant) => `/gate-${grant}/v/master.m3u8` },
} as const satisfies Readonly<Record<string, Form>>;
const unknown = {
  word: {
    session: word,
    root: () => '/v/master.m3u8',
    list: (session) => `list-${session}.m3u8`,
    segment: (session, number) => `part-${session}-${number}.ts`,
    keys: stable('list-.m3u8', (number) => `part--${number}.ts`),
  },
  parameter: inQuery('visit'),
} as const satisfies Readonly<Record<string, Form>>; // prettier-ignore

/** An origin of one video of each form, `/v0/` and so on, and the sessions that it gave out. */
function sessionOrigin(forms: readonly Form[]) {
  const given: string[] = [];
  const give = ({ session }: Form): string => {
    const next = session();
    given.push(next);
    return next;
  };
  let media = 0;
  const rule = ({ path }: SeenRequest): Behaviour | undefined => {
    const { pathname } = new URL(path, 'http://origin');
    const form = forms[Number(/\/v(\d+)\//.exec(pathname)?.[1])];
    if (!form) return undefined;
    if (pathname.endsWith('master.m3u8')) {
      const body = ['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=100000', form.list(give(form)), ''].join('\n');
      return { kind: 'answer', headers: hls, body };
    }
    if (pathname.endsWith('.m3u8')) {
      const current = given.findLast((each) => path.includes(each)) ?? give(form);
      const names = Array.from({ length: segments }, (_, number) => form.segment(current, number));
      return { kind: 'answer', headers: hls, body: mediaPlaylist(names) };
    }
    const [, number = ''] = /(\d+)\.ts$/.exec(pathname) ?? [];
    media++;
    return { kind: 'answer', headers: { 'content-type': 'video/mp2t' }, body: bodyOf(number) };
  };
  return {
    rule,
    given: (): readonly string[] => given,
    media: () => media,
    /** What a catalogue says at one scan. */
    rows: (home: string) =>
      forms.map((form, video) => ({
        id: `v${video}`,
        playlistUrl: home + form.root(give(form)).replaceAll('/v/', `/v${video}/`),
      })),
    keys: forms.flatMap(({ keys }, video) => keys.map((key) => key.replace('v/', `v${video}/`))).toSorted(),
  };
}

/** Every file below a folder, with its bytes as text. */
async function contents(folder: string): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'latin1') })));
}

describe('names that belong to a session or a grant', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  const keys = async (): Promise<readonly string[]> =>
    (await contents(stage.objects)).map(({ path }) => path.slice(stage.objects.length + 1)).toSorted();
  const expectNone = async (secrets: readonly string[], ...said: readonly string[]): Promise<void> => {
    const kept = [...(await contents(stage.objects)), ...(await contents(stage.stateDir).catch(() => []))];
    for (const { path, text } of kept) {
      for (const secret of secrets) expect(`${path} ${text}`.includes(secret), `${path} holds ${secret}`).toBe(false);
    }
    for (const secret of secrets) for (const text of said) expect(text).not.toContain(secret);
  };

  it.each([
    ['all known forms', Object.values(known)],
    ['a form that nobody knows', [unknown.word]],
    ['a parameter that nobody knows', [unknown.parameter]],
  ])('%s are left out of three runs: one copy, the same keys', async (_, forms) => {
    const origin = sessionOrigin(forms);
    stage = await openStage({ destination: 'folder', rule: origin.rule });
    const catalogue = join(stage.scratch, 'videos.json');
    const said: string[] = [];
    for (let run = 0; run < 3; run++) {
      await writeFile(catalogue, JSON.stringify(origin.rows(stage.origin.url)));
      const copied = await stage.copy(catalogue, '--log-level', 'debug', '--session-pattern', '^(/gate-[^/]+)/');
      expect(copied.code, copied.stderr).toBe(0);
      expect(await keys()).toEqual(origin.keys);
      expect(origin.media()).toBe(forms.length * segments);
      said.push(copied.stdout, copied.stderr, (await stage.run('report')).stdout);
    }
    await expectNone(origin.given(), ...said);
    const verified = await stage.run('verify', `${stage.destination}/v0/master.m3u8`, '--checksums');
    expect(verified.code, verified.stderr).toBe(0);
  });

  it('that are learnt are told with the option that says so', async () => {
    stage = await openStage({ destination: 'folder', rule: sessionOrigin([unknown.word]).rule });
    const copied = await stage.copy('/v0/master.m3u8');
    const [, pattern = ''] = /--session-pattern '(.*)'/.exec(copied.stdout + copied.stderr) ?? [];
    await stage.close();
    const origin = sessionOrigin([unknown.word]);
    stage = await openStage({ destination: 'folder', rule: origin.rule });
    const again = await stage.copy('/v0/master.m3u8', '--session-pattern', pattern);
    expect(again.code, again.stderr).toBe(0);
    expect(await keys()).toEqual(origin.keys);
    expect(again.stdout + again.stderr).not.toContain('--session-pattern');
  });

  it.each([
    ['a segment', /\.ts$/],
    ['a media playlist', /list[^/]*\.m3u8$/],
    ['a first playlist', /master\.m3u8$/],
  ])('are neither told nor kept where %s is not there', async (_, missing) => {
    const forms = Object.values(known);
    const origin = sessionOrigin(forms);
    stage = await openStage({
      destination: 'folder',
      rule: (request) => {
        const answer = origin.rule(request);
        const { pathname } = new URL(request.path, 'http://origin');
        return missing.test(pathname) ? { kind: 'status', status: 404 } : answer;
      },
    });
    const catalogue = join(stage.scratch, 'videos.json');
    await writeFile(catalogue, JSON.stringify(origin.rows(stage.origin.url)));
    const copied = await stage.copy(catalogue, '--log-level', 'debug', '--session-pattern', '^(/gate-[^/]+)/');
    expect(copied.stderr).toContain('status 404');
    const reported = await stage.run('report');
    await expectNone(origin.given(), copied.stdout, copied.stderr, reported.stdout);
  });

  it('do not hide a presentation that has changed', async () => {
    const origin = sessionOrigin([known['a Wowza session']]);
    let added: readonly string[] = [];
    stage = await openStage({
      destination: 'folder',
      rule: (request) => {
        const answer = origin.rule(request);
        const isList = request.path.includes('chunklist') && answer?.kind === 'answer';
        return isList && added.length > 0 ? { ...answer, body: mediaPlaylist(added) } : answer;
      },
    });
    expect((await stage.copy('/v0/master.m3u8')).code).toBe(0);
    added = ['media_w5_0.ts', 'media_w5_9.ts'];
    expect((await stage.copy('/v0/master.m3u8')).code).toBe(0);
    expect((await stage.object('v0/chunklist.m3u8'))?.toString()).toContain('media_9.ts');
    expect((await stage.object('v0/media_9.ts'))?.toString()).toBe(bodyOf('9'));
  });

  it.skipIf(!hasRedis)('are left out by a cluster, whose catalogue has a new grant at each scan', async () => {
    const origin = sessionOrigin([known['a grant of Akamai']]);
    stage = await openStage({ destination: 'folder', rule: origin.rule });
    const redis = await startRedis({ appendonly: true });
    const env = { FLANTS_REDIS: redis.url, FLANTS_JOURNAL: join(stage.scratch, 'journal'), HOME: stage.scratch };
    const catalogue = join(stage.scratch, 'videos.json');
    const write = (): Promise<void> => writeFile(catalogue, JSON.stringify(origin.rows(stage.origin.url)));
    await write();
    const words = ['--transfers', '1', '--listen', '127.0.0.1:0', '--scan-every', '1s', '--delta-every', '1s'];
    const up = startFlants(['up', catalogue, stage.destination, ...words], { env });
    try {
      const published = async (): Promise<string> =>
        (await runFlants(['videos', stage.destination, '--in-state', 'published', '--json'], { env })).stdout;
      while (!(await published()).includes('"id":"v0"')) await sleep(200);
      for (let grant = 0; grant < 2; grant++) {
        await write();
        const asked = origin.given().length;
        while (origin.given().length === asked) await sleep(100);
      }
      expect(await keys()).toEqual(origin.keys);
      expect(origin.media()).toBe(segments);
    } finally {
      up.kill('SIGTERM');
      await up.ended;
      await redis.stop();
    }
    for (const { path, text } of await contents(env.FLANTS_JOURNAL)) {
      for (const grant of origin.given()) expect(text.includes(grant), `${path} holds ${grant}`).toBe(false);
    }
  });
});
