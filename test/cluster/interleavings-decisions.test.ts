import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startOver } from '../../src/journal/align.ts';
import { initialChangeOf } from '../../src/journal/initial-record.ts';
import { scanPass } from '../../src/scanner/scan-pass.ts';
import { createKnownRows } from '../../src/scanner/known-rows.ts';
import { createVideoStarter } from '../../src/scanner/start-video.ts';
import { home, mediaPlaylist, videoFiles } from '../engine/harness.ts';
import { exchange } from './gate.ts';
import type { ClusterLibrary } from './library.ts';
import type { ClusterProcess } from './process.ts';
import { describeOnCluster } from './servers.ts';

const { signal } = new AbortController();
const tokenParameters = ['token'];

/** Reads a catalogue that names `v` with this playlist. */
async function scan(playlistUrl: string, { context }: ClusterProcess): Promise<void> {
  const { parts, takeNextStep, sendCrawl } = context;
  const catalogue = {
    name: 'test',
    async *rows() {
      yield { kind: 'video', row: 1, submission: { id: 'v', playlistUrl }, fields: {} } as const;
    },
    close: () => Promise.resolve(),
  };
  const startVideo = createVideoStarter({
    ...parts,
    initializeKeyRules: () => Promise.resolve(),
    takeNextStep,
    sendCrawl,
  });
  const knownRows = createKnownRows();
  const ports = { journal: parts.journal, keyRules: { tokenParameters }, now: Date.now, freshWindowMs: 0, knownRows };
  await scanPass(catalogue, [], ports, startVideo, signal);
}

describeOnCluster('what is decided beside work', (open) => {
  let library: ClusterLibrary;

  const corrected = `${home}/right/index.m3u8`;
  const expectCorrected = async (): Promise<void> => {
    const record = await library.rests('v', 'published');
    expect(record).toMatchObject({ total: 2, done: 2 });
    expect(await library.object('right/index.m3u8')).toBe(mediaPlaylist(['seg0.ts', 'seg1.ts']));
    expect(await library.journal.publication('v')).toMatchObject({ revision: record.revision, total: 2 });
  };

  it('a corrected playlist counts, although a crawl has read the wrong one', async () => {
    library = await open({ ...videoFiles('v', 3), ...videoFiles('right', 2) });
    const sealed = library.gate();
    const first = library.join('first', ['crawl', 'transfer', 'publish'], {
      journal: (usual) =>
        exchange(usual, {
          async seal(revision) {
            await usual.seal(revision);
            if (revision.total === 3) await sealed.pass();
          },
        }),
    });
    await library.submit('v');
    await sealed.reached;
    library.join('second', ['crawl', 'transfer', 'publish']);
    await scan(corrected, first);
    sealed.open();
    await expectCorrected();
    expect(await library.object('v/index.m3u8')).toBeUndefined();
  });

  it('a corrected playlist counts, although the wrong one is being published', async () => {
    library = await open({ ...videoFiles('v', 3), ...videoFiles('right', 2) });
    const publishing = library.gate();
    const first = library.join('first', ['crawl', 'transfer', 'publish'], {
      store: (usual) =>
        exchange(usual, {
          async put(key, ...given) {
            if (key === 'v/index.m3u8') await publishing.pass();
            return usual.put(key, ...given);
          },
        }),
    });
    await library.submit('v');
    await publishing.reached;
    library.join('second', ['publish']);
    await scan(corrected, first);
    publishing.open();
    await expectCorrected();
  });

  it('a corrected playlist of a video that the ledger has let go of is looked at', async () => {
    library = await open({ ...videoFiles('v', 3), ...videoFiles('right', 2) });
    const process = library.join('all', ['crawl', 'transfer', 'publish']);
    await library.submit('v');
    await library.rests('v', 'published');
    await library.retire('v');
    await scan(corrected, process);
    await expectCorrected();
  });

  it('a purged video that was brought back just then is let go of, and halts nobody', async () => {
    library = await open(videoFiles('v', 3));
    const process = library.join('all', ['crawl', 'transfer', 'publish']);
    const { journal, ledger } = library;
    await library.journal.decide({
      type: 'submitted',
      video: 'v',
      at: '2026-11-02T10:00:00.000Z',
      submission: { id: 'v', playlistUrl: `${home}/v/index.m3u8` },
    });
    const read = await initialChangeOf('v', { journal, generation: randomUUID() });
    await library.control.cancel('v');
    await library.control.purge('v');
    if (read) await ledger.apply('v', read);
    await startOver('v', process.context.parts);
    await process.context.takeNextStep('v');
    await library.until('it is gone', async () => (await ledger.read('v')) === undefined);
    expect(process.halts).toEqual([]);
    expect((await library.queues.sizes()).crawls).toBe(0);
    expect(library.source.requests).toEqual([]);
  });
});
