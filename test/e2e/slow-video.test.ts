import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MiB } from '../../src/domain/units.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import type { Behaviour } from '../servers/origin.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const others = Array.from({ length: 20 }, (_, number) => `fast-${number}`);

/** What comes of a slow video before the others are published. */
interface Slow {
  readonly files: number;
  readonly body: string | Uint8Array;
  readonly until: (published: Promise<void>) => Behaviour;
}

const noAnswers: Slow = { files: 1_000, body: 'media', until: (published) => ({ kind: 'held', until: published }) };
/** More than the memory of a thread holds. */
const fewBytes: Slow = {
  files: 12,
  body: Buffer.alloc(12 * MiB, 'G'),
  until: (published) => ({ kind: 'stall', afterBytes: 1_000, until: published }),
};

describe.skipIf(!hasVersitygw)('a video whose files hardly come', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each([
    ['many of which are asked for', noAnswers],
    ['which are large', fewBytes],
  ])('%s, does not keep those of other videos waiting', async (_, { files, body, until }) => {
    const arePublished = Promise.withResolvers<void>();
    const slow = until(arePublished.promise);
    const names = Array.from({ length: files }, (__, number) => `${number}.ts`);
    const media = (
      id: string,
      own: readonly string[],
      content: string | Uint8Array,
    ): [string, string | Uint8Array][] => [
      [`/${id}/index.m3u8`, mediaPlaylist(own)],
      ...own.map((name): [string, string | Uint8Array] => [`/${id}/${name}`, content]),
    ];
    stage = await openStage({
      destination: 'versitygw',
      files: Object.fromEntries([
        ...media('slow', names, body),
        ...others.flatMap((id) => media(id, ['a.ts', 'b.ts', 'c.ts'], `media of ${id}`)),
      ]),
      rule: ({ path }) => (path.startsWith('/slow/') && path.endsWith('.ts') ? slow : undefined),
    });
    const isPublished = new Set<string>();
    stage.onRequest(({ method, path }) => {
      if (method === 'PUT' && path.endsWith('.m3u8')) isPublished.add(path);
      if (isPublished.size === others.length) arePublished.resolve();
    });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    const rows = ['slow', ...others].map((id) => ({ id, url: `${stage.origin.url}/${id}/index.m3u8` }));
    await writeFile(catalogue, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const copied = await stage.copy(catalogue);
    expect(copied.code, copied.stderr).toBe(0);
    expect(copied.stdout).toContain(`${others.length + 1} videos: ${others.length + 1} published`);
    // None of its files had to be asked for again, as it would be when the others had waited for it in vain.
    expect(stage.origin.countOf('/slow/0.ts')).toBe(1);
  });
});
