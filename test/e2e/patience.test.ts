import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/progress/event.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { freePort } from '../servers/free-port.ts';
import { startOrigin } from '../servers/origin.ts';
import { saidBy } from './refusal.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const code = { files: 2, whole: 0 };
const others = 24;
const silences = ['source.timeout', 'source.silent'];

describe('patience with what is down', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  /** Many videos of one host, and behind them `z` of one that answers. Returns the path of their catalogue. */
  const listGoodBehind = async (host: { readonly url: string }): Promise<string> => {
    stage = await openStage({
      destination: 'folder',
      files: { '/z/index.m3u8': mediaPlaylist(['z.ts']), '/z/z.ts': 'media of z' },
    });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    const rows = Array.from({ length: others }, (_, id) => ({ id: `o${id}`, url: `${host.url}/${id}/index.m3u8` }));
    const good = { id: 'z', url: `${stage.origin.url}/z/index.m3u8` };
    await writeFile(catalogue, [...rows, good].map((row) => `${JSON.stringify(row)}\n`).join(''));
    return catalogue;
  };

  it('ends a run of which only files of a dead host are left, and names them with the cause', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const gone = [`http://${host}/x.ts`, `http://${host}/y.ts`];
    stage = await openStage({
      destination: 'folder',
      files: {
        '/a/index.m3u8': mediaPlaylist(['a.ts', ...gone]),
        '/a/a.ts': 'media of a',
        '/b/index.m3u8': mediaPlaylist(['b.ts']),
        '/b/b.ts': 'media of b',
      },
    });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    const rows = ['a', 'b'].map((id) => ({ id, url: `${stage.origin.url}/${id}/index.m3u8` }));
    await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const report = join(stage.scratch, 'report.json');

    const copied = await stage.copy(catalogue, '--patience', '1s', '--allow-host', host, '--report', report);
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(code.files);
    expect(copied.stderr).toContain(`warn: 2 files wait for ${host}`);
    expect(copied.stderr).toContain(
      `warn: 2 files wait for ${host}, which is down or overloaded: given up after 1.0 s more, as nothing else is left to do (--patience)`,
    );
    expect(copied.stdout).toContain('2 videos: 1 published, 1 incomplete');
    const { videos } = JSON.parse(await readFile(report, 'utf8')) as LibraryReport;
    const failures = videos.find(({ id }) => id === 'a')?.failures ?? [];
    expect(failures.map(({ url }) => url)).toEqual(gone);
    for (const { failure } of failures) {
      expect(failure).toMatchObject({ code: 'source.unreachable', message: expect.stringContaining(host) as string });
    }
    expect((await stage.object('b/b.ts'))?.toString()).toBe('media of b');

    const events = (await stage.copy(catalogue, '--patience', '0', '--allow-host', host, '--json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.findLast(({ type }) => type === 'waiting')).toMatchObject({
      places: [host],
      files: 2,
      videos: 0,
      patienceMs: 0,
      allThatIsLeft: true,
    });
  });

  it('asks a silent host for little while there is other work, and for no longer than its patience at the end', async () => {
    const names = Array.from({ length: 40 }, (_, number) => `${number}.ts`);
    const silent = await startOrigin({ rule: () => ({ kind: 'silent' }) });
    try {
      stage = await openStage({
        destination: 'folder',
        files: {
          '/a/index.m3u8': mediaPlaylist(names.map((name) => `${silent.url}/a/${name}`)),
          '/b/index.m3u8': mediaPlaylist(names),
          ...Object.fromEntries(names.map((name) => [`/b/${name}`, `media of ${name}`])),
        },
      });
      const catalogue = join(stage.scratch, 'videos.ndjson');
      const rows = ['a', 'b'].map((id) => ({ id, url: `${stage.origin.url}/${id}/index.m3u8` }));
      await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const asked = (): number => silent.requests.filter(({ path }) => path !== '/').length;
      const askedBefore = stage.origin.asked('/b/39.ts').then(asked);
      const report = join(stage.scratch, 'report.json');

      const hurry = ['--source-timeout', '500ms', '--patience', '1s', '--threads', '1', '--concurrency', '2'];
      const allow = ['--allow-host', new URL(silent.url).host];
      const copied = await stage.copy(catalogue, ...hurry, ...allow, '--report', report);
      expect(copied.code, copied.stderr).toBe(code.files);
      expect(await askedBefore).toBeLessThan(10);
      const { videos } = JSON.parse(await readFile(report, 'utf8')) as LibraryReport;
      const failures = videos.find(({ id }) => id === 'a')?.failures ?? [];
      expect(failures.map(({ url }) => new URL(url).pathname)).toEqual(names.map((name) => `/a/${name}`));
      for (const { failure } of failures) expect(silences).toContain(failure.code);
      expect((await stage.object('b/index.m3u8'))?.toString()).toBe(mediaPlaylist(names));
    } finally {
      await silent.stop();
    }
  });

  it('asks a silent host for few playlists while there is other work', async () => {
    const silent = await startOrigin({ rule: () => ({ kind: 'silent' }) });
    try {
      const catalogue = await listGoodBehind(silent);
      const askedBefore = stage.origin.asked('/z/z.ts').then(() => silent.requests.length);
      const report = join(stage.scratch, 'report.json');

      const hurry = ['--source-timeout', '500ms', '--patience', '2s'];
      const copied = await stage.copy(catalogue, ...hurry, '--report', report);
      expect(copied.code, copied.stderr).toBe(code.files);
      // As many as are read at a time, each of which was begun before the first was over.
      expect(await askedBefore).toBeLessThanOrEqual(9);
      const { videos } = JSON.parse(await readFile(report, 'utf8')) as LibraryReport;
      const failures = videos.filter(({ id }) => id !== 'z').map(({ invalid }) => invalid?.code);
      expect(failures).toHaveLength(others);
      for (const failed of failures) expect(silences).toContain(failed);
      // Once more when nothing else is left, and then what has been asked fails for all.
      expect(silent.requests.length).toBeLessThan(3 * others);
    } finally {
      await silent.stop();
    }
  });

  it('asks a host that is slow to say no once for each playlist before one that waits behind them', async () => {
    const slow = await startOrigin({ rule: () => ({ kind: 'status', status: 429, afterMs: 500 }) });
    try {
      const catalogue = await listGoodBehind(slow);
      const askedBefore = stage.origin.asked('/z/index.m3u8').then(() => slow.requests.length);
      const ends = stage.start(stage.copyArgs(catalogue));
      // All but those that are read at the same time as it.
      expect(await ends.during(askedBefore)).toBeLessThan(others + 8);
      ends.kill('SIGKILL');
      await ends.ended;
    } finally {
      await slow.stop();
    }
  });

  it('ends for an origin whose segments all answer with server errors, and begins anew with the next run', async () => {
    let isBroken = true;
    stage = await openStage({
      destination: 'folder',
      files: { '/a/index.m3u8': mediaPlaylist(['a.ts', 'b.ts']), '/a/a.ts': 'a', '/a/b.ts': 'b' },
      rule: ({ path }) => (isBroken && path.endsWith('.ts') ? { kind: 'status', status: 500 } : undefined),
    });
    const copied = await stage.copy('/a/index.m3u8', '--patience', '500ms');
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(code.files);
    expect(copied.stdout).toContain('a/a.ts');
    expect(copied.stdout).toContain('[source.status]');
    isBroken = false;
    const again = await stage.copy('/a/index.m3u8');
    expect(again.code, again.stderr).toBe(code.whole);
  });

  it('ends for one file whose host never says more than when to come back, and tries it with the next run', async () => {
    stage = await openStage({
      destination: 'folder',
      files: { '/a/index.m3u8': mediaPlaylist(['a.ts', 'b.ts']), '/a/a.ts': 'a', '/a/b.ts': 'b' },
    });
    stage.origin.behave('/a/b.ts', { kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    const copied = await stage.copy('/a/index.m3u8', '--patience', '500ms');
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(code.files);
    expect(copied.stdout).toContain('a/b.ts asks for fewer requests (status 429) [source.throttled]');
    // At the time that it named, and then for the patience: not 90 times.
    expect(stage.origin.countOf('/a/b.ts')).toBeLessThan(6);
    stage.origin.heal('/a/b.ts');
    expect((await stage.copy('/a/index.m3u8')).code).toBe(code.whole);
    expect(stage.origin.countOf('/a/a.ts')).toBe(1);
  });

  it('ends for a bucket that fails all writes in mid-run', async () => {
    stage = await openStage({
      destination: 'versitygw',
      files: { '/a/index.m3u8': mediaPlaylist(['a.ts', 'b.ts']), '/a/a.ts': 'a', '/a/b.ts': 'b' },
    });
    let isBroken = false;
    stage.answer(({ path, method }) => {
      isBroken ||= method === 'PUT' && path.endsWith('.ts');
      return isBroken && method === 'PUT' ? 500 : undefined;
    });
    const copied = await stage.copy('/a/index.m3u8', '--patience', '500ms');
    saidBy(copied);
    expect(copied.code, copied.stderr).toBe(code.files);
    expect(copied.stdout).toContain('[store.status]');
  });
});
