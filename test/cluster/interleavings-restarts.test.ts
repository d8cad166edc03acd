import { expect, it } from 'vitest';
import { publicationStep } from '../../src/engine/publication-step.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import { home, mediaPlaylist, videoFiles } from '../engine/harness.ts';
import { exchange } from './gate.ts';
import type { ClusterLibrary } from './library.ts';
import { describeOnCluster } from './servers.ts';

const { signal } = new AbortController();

describeOnCluster('what comes to nothing', (open) => {
  let library: ClusterLibrary;

  /** The publication that a whole video waits for, as its queue would bring it. */
  const publicationOf = async (video: string): Promise<VideoJob> => {
    const lease = (await library.ledger.leases(video)).find(({ kind }) => kind === 'publish');
    if (!lease) throw new Error('nobody sent a publication');
    const { id, generation } = lease;
    return { format: 1, video, generation, lease: id, tries: 0, waits: 0, recheck: false, fresh: false };
  };

  it.each(['is over', 'goes on'] as const)(
    'a publication that runs twice at once publishes once, where the quicker run %s',
    async (quickerRun) => {
      library = await open(videoFiles('v', 5));
      const [slowWrite, quickEnd] = [library.gate(), library.gate()];
      library.join('copying', ['crawl', 'transfer']);
      await library.submit('v');
      await library.until('it is to be published', async () =>
        (await library.ledger.leases('v')).some(({ kind }) => kind === 'publish'),
      );
      const job = await publicationOf('v');
      const slow = library.join('slow', [], {
        store: (usual) =>
          exchange(usual, {
            async put(...given) {
              await slowWrite.pass();
              return usual.put(...given);
            },
          }),
      });
      const quick = library.join('quick', [], {
        journal: (usual) =>
          exchange(usual, {
            async recordPublication(publication) {
              await quickEnd.pass();
              return usual.recordPublication(publication);
            },
          }),
      });
      const slowly = publicationStep(job, slow.context, { signal, lost: 0 });
      await slowWrite.reached;
      const quickly = publicationStep(job, quick.context, { signal, lost: 0 });
      await quickEnd.reached;
      if (quickerRun === 'is over') {
        quickEnd.open();
        await quickly;
      }
      slowWrite.open();
      await slowly;
      expect(await library.ledger.read('v')).not.toHaveProperty('invalid');
      quickEnd.open();
      await quickly;
      const record = await library.becomes('v', 'published');
      expect(record).toMatchObject({ done: 5, published: record.revision });
      expect(await library.object('v/index.m3u8')).toBe(
        mediaPlaylist(Array.from({ length: 5 }, (_, index) => `seg${index}.ts`)),
      );
      expect(await library.journal.publication('v')).toMatchObject({ revision: record.revision, total: 5 });
      expect(library.puts.filter(({ key }) => key === 'v/index.m3u8').map(({ result }) => result)).toEqual([
        'stored',
        'precondition-failed',
      ]);
    },
  );

  it('a source with tokens whose playlist differs each time is given up after five plans, however many batches find out', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `seg${index}.ts`);
    library = await open({
      [`${home}/v/index.m3u8`]: (request) => ({
        bytes: `${mediaPlaylist(names.map((name) => `${name}?token=t`))}# ${request}\n`,
      }),
      ...Object.fromEntries(names.map((name) => [`${home}/v/${name}?token=t`, { bytes: name }])),
    });
    const sealed: string[] = [];
    const crawler = library.join('crawler', ['crawl'], {
      lanes: 4,
      journal: (usual) =>
        exchange(usual, {
          seal(revision) {
            sealed.push(revision.digest);
            return usual.seal(revision);
          },
        }),
    });
    // No delays at all: two processes find out side by side.
    const transfers = ['one', 'other'].map((name) => library.join(name, ['transfer'], { random: () => -1 }));
    await library.submit('v');
    const record = await library.rests('v', 'invalid');
    expect(record).toMatchObject({ restarts: 4, invalid: { code: 'source.changed' } });
    expect(new Set(sealed).size).toBe(5);
    expect(library.puts).toEqual([]);

    await Promise.all([crawler, ...transfers].map((each) => each.stop()));
    await library.control.retry({ videos: ['v'] });
    expect(await library.ledger.read('v')).not.toHaveProperty('setbacks');
  });
});
