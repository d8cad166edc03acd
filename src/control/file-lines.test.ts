import { expect, it } from 'vitest';
import { copied, evidenceOf } from '../../test/contract/journal/fixtures.ts';
import { openLibrary, planned } from '../../test/control/library.ts';
import { eachFileLine } from './file-lines.ts';
import type { FileLine } from './file-lines.ts';

it('names the video of the line, and its URL, where the object came from another video', async () => {
  const library = openLibrary();
  await planned(library, 'class-1', { total: 1, done: [0] });
  const evidence = evidenceOf('class-1/seg0.ts', { url: 'https://mirror.example/seg0.ts', video: 'class-2' });
  await library.journal.recordOutcomes('class-1', [copied(evidence)]);
  const lines: FileLine[] = [];
  await eachFileLine('class-1', library, async (line) => void lines.push(line));
  expect(lines).toMatchObject([
    { video: 'class-1', index: 0, state: 'done', url: 'https://cdn.example/class-1/seg0.ts', crc32: evidence.crc32 },
  ]);
});
