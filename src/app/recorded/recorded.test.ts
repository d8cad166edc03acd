import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copied,
  evidenceOf,
  filesOf,
  publicationOf,
  revisionOf,
  submitted,
} from '../../../test/contract/journal/fixtures.ts';
import { proxySettings } from '../../config/values/proxies.ts';
import type { Evidence } from '../../domain/outcome.ts';
import type { Journal } from '../../journal/journal.ts';
import { openObjectJournal } from '../../journal/object/journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { openStateFile } from '../../state/file.ts';
import { openFolderStore } from '../../storage/folder/store.ts';
import { saveDestination } from '../destination-setting.ts';
import { openRecorded } from './recorded.ts';
import type { Recorded } from './recorded.ts';

const never = new AbortController().signal;
const network = { proxies: proxySettings({ proxyBypass: [] }), concurrency: 4 };
const library = { kind: 's3', bucket: 'media', prefix: 'vod', name: 's3://media/vod' } as const;
const setting = {
  name: library.name,
  store: { kind: 's3', bucket: 'media', prefix: 'vod', region: 'eu-central-1', connections: 4 },
} as const;

/** A video of four files: one as it should be, one of unknown bytes, one that was optional, and one that was accepted. */
async function record(journal: Journal): Promise<void> {
  const revision = revisionOf('class-1', filesOf(4));
  await saveDestination(journal, setting, '--journal');
  await journal.decide(submitted('class-1'));
  await journal.seal(revision);
  const [whole, present, optional] = revision.files.map(({ key }) => key);
  const outcomes: readonly Evidence[] = [
    evidenceOf(whole ?? ''),
    evidenceOf(present ?? '', { proof: 'present', crc32: '' }),
    evidenceOf(optional ?? '', { proof: 'absent-optional', sizeBytes: 0 }),
  ];
  await journal.recordOutcomes('class-1', outcomes.map(copied));
  for (const number of [1, 3]) {
    const key = `class-1/seg-${number}.ts`;
    await journal.decide({ type: 'accepted', video: 'class-1', at: '2026-11-02T10:00:00.000Z', key, reason: 'lost' });
  }
  await journal.recordPublication(publicationOf('class-1', revision.digest, { total: 4, accepted: [[3, 4]] }));
  // Of another video, which has the same playlist and was published earlier.
  await journal.decide(submitted('class-2'));
  const documents = [{ key: 'class-1/main.m3u8', etag: '"old"', crc32: '0badf00d', sizeBytes: 9 }];
  const earlier = { at: '2026-11-01T10:00:00.000Z', accepted: [], documents };
  await journal.recordPublication(publicationOf('class-2', revision.digest, earlier));
}

const kinds = {
  'a state': {
    async write(folder: string): Promise<void> {
      const state = openStateFile(folder);
      await record(new SqliteJournal(state));
      state.close();
    },
    optionsOf: (folder: string) => ({ ...network, stateDir: folder }),
  },
  'a journal': {
    async write(folder: string): Promise<void> {
      const store = openFolderStore({ path: folder });
      await record(openObjectJournal(store));
      await store.close();
    },
    optionsOf: (path: string) => ({ ...network, journal: { kind: 'folder', path, name: path } as const }),
  },
} as const;

describe.each(Object.entries(kinds))('what %s has recorded', (_, { write, optionsOf }) => {
  let folder: string;
  let recorded: Recorded;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flants-recorded-'));
    await write(folder);
    recorded = await openRecorded(library, optionsOf(folder), never);
  });
  afterAll(async () => {
    await recorded.close();
    rmSync(folder, { recursive: true });
  });
  const expected = (key: string) => recorded.expected(key, 'class-1/main.m3u8');

  it('is the destination', () => {
    expect(recorded.destination).toEqual(setting);
  });

  it('is a document as it was published last, whichever video it belongs to', async () => {
    expect(await expected('class-1/main.m3u8')).toMatchObject({ sizeBytes: 10, crc32: '00c0ffee' });
  });

  it('is the size and checksum of a file, as far as they are known', async () => {
    expect(await expected('class-1/seg-0.ts')).toEqual({ sizeBytes: 1000, crc32: '00c0ffee' });
    expect(await expected('class-1/seg-1.ts')).toEqual({ sizeBytes: 1000 });
  });

  it('is nothing of a file that is optional and absent, accepted, or of nobody', async () => {
    for (const key of ['class-1/seg-2.ts', 'class-1/seg-3.ts', 'left-over.ts'])
      expect(await expected(key), key).toBeUndefined();
  });

  it('is why a video was published without a file, and not what was accepted in vain', () => {
    expect(recorded.acceptedBecause('class-1/seg-3.ts')).toBe('lost');
    expect(recorded.acceptedBecause('class-1/seg-1.ts')).toBeUndefined();
  });
});

describe('a journal', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'flants-recorded-'));
    await kinds['a journal'].write(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const open = (place: Parameters<typeof openRecorded>[0], path = folder): Promise<Recorded> =>
    openRecorded(place, kinds['a journal'].optionsOf(path), never);

  it('serves playlists of its destination, and no other place', async () => {
    const playlist = { kind: 's3', bucket: 'media', key: 'vod/class-1/main.m3u8', name: 's3://media/vod/x' } as const;
    await (await open(playlist)).close();
    for (const other of [
      { ...playlist, key: 'vod2/main.m3u8' },
      { ...library, prefix: 'vod/class-1' },
      { ...library, bucket: 'other' },
      { kind: 'folder', path: '/vod', name: '/vod' } as const,
    ])
      await expect(open(other)).rejects.toThrow(
        `this journal is of s3://media/vod, not of ${other.name}; name another with --journal`,
      );
  });

  it('is not taken for one where there is none: nothing would be compared', async () => {
    const empty = join(folder, 'nowhere');
    await expect(open(library, empty)).rejects.toThrow(`there is no journal of a cluster at ${empty}`);
  });
});
