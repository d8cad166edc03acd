import { describe, expect, it } from 'vitest';
import type { MemoryEntry } from '../../src/storage/memory-source.ts';
import { home, mediaPlaylist } from '../engine/harness.ts';
import { exchange } from './gate.ts';
import type { ClusterLibrary } from './library.ts';
import type { ClusterProcess } from './process.ts';
import { overwrite, stalling } from './late-writes.ts';
import { describeOnCluster } from './servers.ts';

/** A video whose playlist names these segments; the bytes of each are of this edition, and as many in any. */
function edition(which: string, names: readonly string[]): Record<string, MemoryEntry> {
  return {
    [`${home}/v/index.m3u8`]: { bytes: mediaPlaylist(names) },
    ...Object.fromEntries(names.map((name) => [`${home}/v/${name}`, { bytes: `${which} bytes of ${name}` }])),
  };
}

const former = edition('former', ['same.ts', 'dropped.ts']);
const second = edition('second', ['same.ts', 'added.ts', 'more.ts']);

describeOnCluster('revisions that overtake each other', (open) => {
  let library: ClusterLibrary;

  const publishEdition = (objects: Readonly<Record<string, MemoryEntry>>): void => {
    for (const [url, entry] of Object.entries(objects)) library.source.objects.set(url, entry);
  };
  const revisionOf = async (): Promise<string | undefined> => (await library.ledger.read('v'))?.revision;

  /** The second edition stands whole, and ledger and journal agree on it. */
  const expectSecond = async (wait: 'rests' | 'becomes' = 'rests'): Promise<void> => {
    const record = await library[wait]('v', 'published');
    expect(record).toMatchObject({ total: 3, done: 3, failed: 0, published: record.revision });
    expect(await library.object('v/index.m3u8')).toBe(mediaPlaylist(['same.ts', 'added.ts', 'more.ts']));
    for (const name of ['same.ts', 'added.ts', 'more.ts']) {
      expect(await library.object(`v/${name}`), name).toBe(`second bytes of ${name}`);
    }
    expect(await library.journal.publication('v')).toMatchObject({ revision: record.revision, total: 3 });
  };

  it.each(['before the newer one is copied', 'after the newer one is published'] as const)(
    'a late outcome of an older revision stays as evidence, and counts for nothing: %s',
    async (when) => {
      library = await open(former);
      const [answer, copying] = [library.gate(), library.gate()];
      const results: string[] = [];
      library.join('crawler', ['crawl']);
      library.join('slow', ['transfer'], {
        ledger: (usual) =>
          exchange(usual, {
            async endBatch(...given) {
              const ended = await usual.endBatch(...given);
              results.push(ended.applied.result);
              return ended;
            },
          }),
        executor: (usual) => ({
          ...usual,
          async run(message, options) {
            const told: Parameters<typeof options.onOutcomes>[0][] = [];
            const end = await usual.run(message, { ...options, onOutcomes: async (each) => void told.push(each) });
            await answer.pass();
            for (const each of told) await options.onOutcomes(each);
            return end;
          },
        }),
      });
      await library.submit('v');
      await answer.reached;
      const old = await library.ledger.read('v');
      expect(await library.object('v/same.ts')).toBe('former bytes of same.ts');

      publishEdition(second);
      library.join('quick', ['transfer', 'publish'], {
        executor: (usual) => ({
          ...usual,
          async run(...given) {
            await copying.pass();
            return usual.run(...given);
          },
        }),
      });
      await library.crawl('v');
      await copying.reached;
      if (when === 'after the newer one is published') {
        copying.open();
        await expectSecond('becomes');
      }
      const before = await library.ledger.read('v');
      expect(before?.generation).not.toBe(old?.generation);
      expect(await library.journal.evidence('v', ['v/dropped.ts'])).toEqual(new Map());

      answer.open();
      await library.until('it was to be counted', async () => results.length > 0);
      expect(results).toEqual(['stale']);
      expect(await library.ledger.read('v')).toEqual(before);
      const evidence = (await library.journal.evidence('v', ['v/dropped.ts'])).get('v/dropped.ts');
      expect(evidence).toMatchObject({ generation: old?.generation, proof: 'written', worker: 'slow' });

      copying.open();
      await expectSecond();
      expect(await library.ledger.read('v')).toMatchObject({ generation: before?.generation });
    },
  );

  it('a crawler that stalls and registers after a newer one is refused', async () => {
    library = await open(former);
    const stall = library.gate();
    const results: string[] = [];
    library.join('stalled', ['crawl'], {
      leaseMs: 300,
      ledger: (usual) =>
        exchange(stalling(usual, stall), {
          async apply(video, change) {
            if (change.type === 'register') await stall.pass();
            const applied = await usual.apply(video, change);
            if (change.type === 'register') results.push(applied.result);
            return applied;
          },
        }),
    });
    await library.submit('v');
    await stall.reached;

    publishEdition(second);
    library.join('awake', ['crawl', 'transfer', 'publish']);
    await library.until('its claim ran out', async () => (await library.ledger.leases('v')).length === 0);
    await library.crawl('v');
    await expectSecond('becomes');
    const newer = await revisionOf();

    stall.open();
    await library.until('the stalled one registers', async () => results.length > 0);
    expect(results).toEqual(['stale']);
    await expectSecond();
    expect(await revisionOf()).toBe(newer);
  });

  describe('an aggregator that is paused in mid-publish while another publishes newer', () => {
    /** Two renditions below a multivariant playlist: three documents to publish. */
    const renditions = (which: string, names: readonly string[]): Record<string, MemoryEntry> => ({
      [`${home}/v/index.m3u8`]: {
        bytes: `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2,NAME="${which}"\nhigh.m3u8\n`,
      },
      [`${home}/v/low.m3u8`]: { bytes: mediaPlaylist(names.map((name) => `low-${name}`)) },
      [`${home}/v/high.m3u8`]: { bytes: mediaPlaylist(names.map((name) => `high-${name}`)) },
      ...Object.fromEntries(
        names.flatMap((name) => [
          [`${home}/v/low-${name}`, { bytes: `low ${name}` }],
          [`${home}/v/high-${name}`, { bytes: `high ${name}` }],
        ]),
      ),
    });
    const older = renditions('older', ['1.ts']);
    const newer = renditions('newer', ['1.ts', '2.ts']);
    const documents = ['v/low.m3u8', 'v/high.m3u8', 'v/index.m3u8'] as const;

    it.each([
      { where: 'before the first document', method: 'put', key: documents[0] },
      { where: 'between documents, about to look', method: 'head', key: documents[1] },
      { where: 'between documents, about to write', method: 'put', key: documents[1] },
      { where: 'before the last document, about to look', method: 'head', key: documents[2] },
      { where: 'before the last document, about to write', method: 'put', key: documents[2] },
      { where: 'before it keeps what it published', method: 'recordPublication', key: '' },
    ] as const)('does not overwrite what is newer: paused $where', async ({ method, key }) => {
      library = await open(older);
      const pause = library.gate();
      const paused = library.join('paused', ['publish'], {
        leaseMs: 300,
        ledger: (usual) => stalling(usual, pause),
        store: (usual) =>
          exchange(usual, {
            async head(at, options) {
              if (method === 'head' && at === key) await pause.pass();
              return usual.head(at, options);
            },
            async put(at, ...more) {
              if (method === 'put' && at === key) await pause.pass();
              return usual.put(at, ...more);
            },
          }),
        journal: (usual) =>
          exchange(usual, {
            async recordPublication(publication) {
              if (method === 'recordPublication') await pause.pass();
              return usual.recordPublication(publication);
            },
          }),
      });
      const copying = library.join('copying', ['crawl', 'transfer']);
      await library.submit('v');
      await pause.reached;

      publishEdition(newer);
      await library.until('its claim ran out', async () => (await library.ledger.leases('v')).length === 0);
      await library.crawl('v');
      await library.until('the newer one is whole', async () => (await library.ledger.read('v'))?.done === 4);
      library.join('publishing', ['publish']);
      await library.becomes('v', 'published');

      pause.open();
      const rested = await library.rests('v', 'published');
      expect(rested).toMatchObject({ total: 4, done: 4, failed: 0 });
      for (const document of documents) {
        const { bytes } = newer[`${home}/${document}`] as { bytes: string };
        expect(await library.object(document), document).toBe(bytes);
      }
      for (const name of ['low 1.ts', 'high 1.ts', 'low 2.ts', 'high 2.ts']) {
        expect(await library.object(`v/${name.replace(' ', '-')}`)).toBe(name);
      }
      expect(await library.journal.publication('v')).toMatchObject({ revision: rested.revision, total: 4 });
      expect([...paused.halts, ...copying.halts]).toEqual([]);
    });

    it('does not tell the journal of what was overtaken, when the newer one was let go of by then', async () => {
      library = await open(older);
      const pause = library.gate();
      const paused = library.join('paused', ['publish'], {
        leaseMs: 300,
        ledger: (usual) => stalling(usual, pause),
        store: (usual) =>
          exchange(usual, {
            async put(key, ...more) {
              const answer = await usual.put(key, ...more);
              if (key === documents[2]) await pause.pass();
              return answer;
            },
          }),
      });
      library.join('copying', ['crawl', 'transfer']);
      await library.submit('v');
      await pause.reached;

      publishEdition(newer);
      await library.until('its claim ran out', async () => (await library.ledger.leases('v')).length === 0);
      await library.crawl('v');
      await library.until('the newer one is whole', async () => (await library.ledger.read('v'))?.done === 4);
      library.join('publishing', ['publish']);
      const { revision } = await library.becomes('v', 'published');
      await library.until('nothing claims it', async () => (await library.ledger.leases('v')).length === 0);
      await library.retire('v');

      pause.open();
      await paused.stop();
      expect(await library.journal.publication('v')).toMatchObject({ revision, total: 4 });
      expect(await library.ledger.read('v')).toBeUndefined();
    });
  });

  describe('an ant with the bytes of an older edition', () => {
    /** The former edition's ant has its bytes, and stands before its PUT of `same.ts`; the second one is at the source. */
    const holdOldBytes = async ({ dies = false } = {}) => {
      library = await open(former);
      const held = library.gate();
      library.join('crawler', ['crawl']);
      const old: ClusterProcess = library.join('old', ['transfer'], {
        store: (usual) =>
          exchange(usual, {
            async put(key, ...more) {
              if (key !== 'v/same.ts') return usual.put(key, ...more);
              await held.pass();
              const answer = await usual.put(key, ...more);
              if (dies) old.die();
              return answer;
            },
          }),
      });
      await library.submit('v');
      await held.reached;
      publishEdition(second);
      return { held };
    };
    const answersTo = (by: string): readonly string[] =>
      library.puts.flatMap((put) => (put.by === by && put.key === 'v/same.ts' ? [put.result] : []));

    it('is refused when its PUT comes after the new one', async () => {
      const { held } = await holdOldBytes();
      library.join('new', ['transfer', 'publish']);
      await library.crawl('v');
      await expectSecond('becomes');
      held.open();
      await library.until('its PUT is answered', async () => answersTo('old').length > 0);
      await expectSecond();
      expect(answersTo('old')).toEqual(['precondition-failed']);
      expect(answersTo('new')).toEqual(['stored']);
    });

    it('is replaced when its PUT comes before the new one, though it died before it kept evidence', async () => {
      const { held } = await holdOldBytes({ dies: true });
      held.open();
      await library.until('its PUT is answered', async () => answersTo('old').length > 0);
      expect(await library.object('v/same.ts')).toBe('former bytes of same.ts');
      expect((await library.journal.evidence('v', ['v/same.ts'])).size).toBe(0);
      library.join('new', ['transfer', 'publish']);
      await library.crawl('v');
      await expectSecond();
      expect(answersTo('old')).toEqual(['stored']);
      expect(answersTo('new'), 'created, then exchanged').toEqual(['precondition-failed', 'stored']);
    });

    it('is found by the barrier where nothing refused it, and put right', async () => {
      library = await open(second);
      library.join('new', ['crawl', 'transfer']);
      await library.submit('v');
      await library.until('whole', async () => (await library.ledger.read('v'))?.done === 3);
      await overwrite(library.store, 'v/same.ts', 'former bytes of same.ts');
      library.join('publisher', ['publish']);
      await expectSecond();
    });
  });
});
