import { expect, test } from 'vitest';
import type { VideoStatus } from '../catalogue/catalogue.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { restoreVideo } from '../journal/restore.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { concludeVideo } from './conclude-video.ts';

const revision = {
  video: 'v',
  digest: 'r',
  total: 2,
  files: [0, 1].map((index) => ({ key: `v/${index}.ts`, url: `https://h/v/${index}.ts`, role: 'segment' as const })),
  documents: [
    {
      key: 'v/index.m3u8',
      url: 'https://h/v/index.m3u8',
      role: 'media-playlist' as const,
      body: Buffer.from('#EXTM3U'),
    },
  ],
  playlists: [],
  external: [],
  warnings: [],
  hasTokens: false,
};

/** A video whose files are done or failed, as they are named. */
async function stage({ failed = [] as readonly number[] } = {}) {
  const [journal, ledger] = [new MemoryJournal(), new MemoryLedger()];
  const at = '2026-01-01T00:00:00.000Z';
  await journal.decide({
    type: 'submitted',
    video: 'v',
    at,
    submission: { id: 'v', playlistUrl: 'https://h/v/index.m3u8' },
  });
  await journal.seal(revision);
  await ledger.apply('v', { type: 'open', generation: 'g1' });
  await ledger.apply('v', { type: 'register', seen: 'g1', generation: 'g2', revision: 'r', total: 2, done: [] });
  const done = [0, 1].filter((index) => !failed.includes(index));
  await ledger.apply('v', { type: 'record', generation: 'g2', revision: 'r', done, failed });
  const announced: VideoStatus[] = [];
  const conclude = (): Promise<void> =>
    concludeVideo('v', {
      journal,
      ledger,
      tokenRules: { tokenParameters: [] },
      urlOf: (key) => `https://cdn/${key}`,
      now: () => Date.parse(at),
      random: () => 1,
      retryEveryMs: 60_000,
      announce: async (_, __, status) => void announced.push(status),
    });
  const publish = async (): Promise<void> => {
    await journal.recordPublication({
      video: 'v',
      revision: 'r',
      at,
      total: 2,
      accepted: [],
      sizeBytes: 0,
      documents: [],
    });
    await ledger.apply('v', { type: 'publish', generation: 'g2', revision: 'r' });
  };
  return { journal, ledger, announced, conclude, publish };
}

test('a published video is told of with its address, and leaves the ledger', async () => {
  const { ledger, announced, conclude, publish } = await stage();
  await publish();
  await conclude();
  await conclude();
  expect(announced).toMatchObject([{ id: 'v', state: 'published', destinationUrl: 'https://cdn/v/index.m3u8' }]);
  expect(await ledger.read('v')).toBeUndefined();
});

test('one that was looked at again and is as it was leaves without a word', async () => {
  const { journal, ledger, announced, conclude, publish } = await stage();
  await publish();
  await conclude();
  await restoreVideo('v', { journal, ledger, newGeneration: () => 'g3' });
  expect(await ledger.read('v')).toMatchObject({ generation: 'g3', total: 2, done: 2, published: 'r' });
  await conclude();
  expect(announced).toHaveLength(1);
  expect(await ledger.read('v')).toBeUndefined();
});

test('an incomplete one is told of once, and stays', async () => {
  const { ledger, announced, conclude } = await stage({ failed: [1] });
  await conclude();
  await conclude();
  expect(announced).toMatchObject([{ id: 'v', state: 'incomplete', files: { done: 1, failed: 1 } }]);
  expect(announced[0]).not.toHaveProperty('destinationUrl');
  expect(await ledger.read('v')).toMatchObject({ failed: 1 });
});

test('an incomplete one is to be looked at again, and nobody is told of that a second time', async () => {
  const { ledger, announced, conclude } = await stage({ failed: [1] });
  await conclude();
  expect(await ledger.read('v')).toMatchObject({ nextLook: { count: 1 } });
  await ledger.apply('v', { type: 'open', seen: 'g2', generation: 'g3' });
  await conclude();
  expect(announced).toHaveLength(1);
  expect(await ledger.read('v')).toMatchObject({ announced: 'incomplete g3', nextLook: { count: 2 } });
});

test('nothing is told of a video that has moved on meanwhile', async () => {
  const { ledger, announced, conclude } = await stage({ failed: [1] });
  await ledger.apply('v', { type: 'reopen', generation: 'g2', revision: 'r', files: [1] });
  await conclude();
  expect(announced).toEqual([]);
});

test('a claim that was made meanwhile keeps a published video in the ledger', async () => {
  const { ledger, conclude, publish } = await stage();
  await publish();
  await ledger.lease('v', { id: 'crawl-1', generation: 'g2', kind: 'crawl', files: [], ttlMs: 1000 });
  await conclude();
  expect(await ledger.read('v')).toBeDefined();
});

test('a recording that is not over is told of once, however often it is looked at', async () => {
  const { ledger, announced, conclude } = await stage();
  const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };
  for (const nextLookAt of [1, 2]) {
    await ledger.apply('v', { type: 'live', generation: 'g2', live: { ...live, nextLookAt } });
    await conclude();
  }
  expect(announced).toMatchObject([{ id: 'v', state: 'live' }]);
  expect(await ledger.read('v')).not.toHaveProperty('nextLook');
});
