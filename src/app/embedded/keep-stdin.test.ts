import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepStandardInput } from './keep-stdin.ts';
import type { StandardInput } from './keep-stdin.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'stdin-'))));
afterEach(() => rm(folder, { recursive: true }));

const terminal = (): StandardInput => Object.assign(new PassThrough(), { isTTY: true });
const piped = (text: string): StandardInput => Readable.from([Buffer.from(text)]);

async function keep(stdin: StandardInput, signal = new AbortController().signal) {
  const notices: string[] = [];
  const onResumed = (message: string): void => void notices.push(message);
  const other = { kind: 'playlist', url: 'https://h/x.m3u8' } as const;
  const sources = await keepStandardInput([other, { kind: 'stdin', folder: '/here' }], {
    folder,
    stdin,
    signal,
    onResumed,
  });
  const file = sources[1]?.kind === 'catalogue' ? sources[1] : undefined;
  return { notices, sources, file, name: basename(file?.path ?? '') };
}

describe('A catalogue on standard input', () => {
  test('becomes a file of this user, whose relative paths begin where the command runs', async () => {
    const { file, name, sources } = await keep(piped('\n {"id":"a"}\n'));
    expect(name).toBe('stdin-catalogue.ndjson');
    expect(file).toMatchObject({ folder: '/here', name: 'standard input' });
    expect(sources[0]).toEqual({ kind: 'playlist', url: 'https://h/x.m3u8' });
    expect(await readFile(file?.path ?? '', 'utf8')).toBe('\n {"id":"a"}\n');
    expect((await stat(file?.path ?? '')).mode & 0o777).toBe(0o600);
  });

  test('is CSV if it is no JSON, and takes the place of what came before', async () => {
    await keep(piped('[]'));
    expect((await keep(piped('\ufeffid,url\n'))).name).toBe('stdin-catalogue.csv');
    expect(await readdir(folder)).toEqual(['stdin-catalogue.csv']);
  });

  test('is read again where a person goes on at a terminal', async () => {
    const { file } = await keep(piped('id,url\n'));
    const resumed = await keep(terminal());
    expect(resumed.file).toEqual(file);
    expect(resumed.notices).toEqual([
      expect.stringMatching(/^standard input is a terminal: goes on with the catalogue/),
    ]);
  });

  test('is asked for on a terminal that nothing came from', async () => {
    await expect(keep(terminal())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/pipe a catalogue/) as string,
    });
  });

  test('that is empty keeps what came before', async () => {
    await keep(piped('id,url\n'));
    await expect(keep(piped(' \n'))).rejects.toMatchObject({ code: 'catalogue.unreadable' });
    expect(await readdir(folder)).toEqual(['stdin-catalogue.csv']);
  });

  test('that is never ended can be stopped', async () => {
    const stop = new AbortController();
    const kept = keep(new PassThrough(), stop.signal);
    stop.abort();
    await expect(kept).rejects.toMatchObject({ code: 'aborted' });
    expect(await readdir(folder)).toEqual([]);
  });
});
