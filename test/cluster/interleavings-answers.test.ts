import { expect, it } from 'vitest';
import type { BatchMessage } from '../../src/domain/batch.ts';
import { home, videoFiles } from '../engine/harness.ts';
import { startLosingProxy } from '../servers/losing-proxy.ts';
import { exchange } from './gate.ts';
import type { ClusterLibrary } from './library.ts';
import type { ClusterProcess } from './process.ts';
import { describeOnCluster } from './servers.ts';

const count = 20;
const keys = Array.from({ length: count }, (_, index) => `v/seg${index}.ts`);

describeOnCluster('an answer that is lost', (open) => {
  let library: ClusterLibrary;

  /** Each file went over the network once, each way, and stands there. */
  const expectOneCopyEach = async (): Promise<void> => {
    expect(await library.rests('v', 'published')).toMatchObject({ total: count, done: count, failed: 0 });
    expect(library.mediaStored()).toEqual(keys.toSorted());
    const fetched = library.source.requests.filter((url) => url.endsWith('.ts'));
    expect(fetched.toSorted()).toEqual(keys.map((key) => `${home}/${key}`).toSorted());
    for (const key of keys) expect(await library.object(key)).toBe(`media of ${key}`);
  };

  it('of a dispatcher that died before it counted: the batch comes again, and nothing is copied twice', async () => {
    library = await open(videoFiles('v', count));
    const dead = library.gate();
    const messages: BatchMessage[] = [];
    library.join('crawler', ['crawl'], { lanes: 1 });
    const mortal: ClusterProcess = library.join('mortal', ['transfer'], {
      ledger: (usual) =>
        exchange(usual, {
          async endBatch(...given) {
            mortal.die();
            await dead.pass();
            return usual.endBatch(...given);
          },
        }),
    });
    await library.submit('v');
    await dead.reached;
    expect(await library.ledger.read('v')).toMatchObject({ total: count, done: 0 });
    expect((await library.journal.evidence('v', keys)).size).toBe(count);

    library.join('heir', ['transfer', 'publish'], {
      executor: (usual) => ({
        ...usual,
        run(message, options) {
          messages.push(message);
          return usual.run(message, options);
        },
      }),
    });
    await expectOneCopyEach();
    expect(messages, 'there was nothing left to copy').toEqual([]);
  });

  it('of Redis, which counted: the next step is asked for all the same', async () => {
    library = await open(videoFiles('v', count));
    const proxy = await startLosingProxy(decodeURIComponent(new URL(library.servers.redis.url).pathname));
    try {
      library.join('crawler', ['crawl'], { lanes: 1 });
      library.join('publisher', ['publish']);
      const counted = proxy.mute('\r\nrecord\r\n');
      library.join('cut off', ['transfer'], { redisUrl: `redis://127.0.0.1:${proxy.port}` });
      await library.submit('v');
      await counted;
      await library.until('the script has run', async () => (await library.ledger.read('v'))?.done === count);
      expect(await library.object('v/index.m3u8')).toBeUndefined();
      proxy.cut();
      await expectOneCopyEach();
    } finally {
      await library.close();
      await proxy.stop();
    }
  });
});
