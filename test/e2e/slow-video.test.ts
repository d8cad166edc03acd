import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const names = Array.from({ length: 1_000 }, (_, number) => `${number}.ts`);
const others = Array.from({ length: 20 }, (_, number) => `fast-${number}`);

describe.skipIf(!hasVersitygw)('a video whose files hardly come', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('does not keep those of other videos waiting', async () => {
    const arePublished = Promise.withResolvers<void>();
    const media = (id: string, own: readonly string[]): [string, string][] => [
      [`/${id}/index.m3u8`, mediaPlaylist(own)],
      ...own.map((name): [string, string] => [`/${id}/${name}`, `media of ${id}/${name}`]),
    ];
    stage = await openStage({
      destination: 'versitygw',
      files: Object.fromEntries([
        ...media('slow', names),
        ...others.flatMap((id) => media(id, ['a.ts', 'b.ts', 'c.ts'])),
      ]),
      rule: ({ path }) =>
        path.startsWith('/slow/') && path.endsWith('.ts') ? { kind: 'held', until: arePublished.promise } : undefined,
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
