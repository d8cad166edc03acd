import { expect, it } from 'vitest';
import type { Catalogue, VideoStatus } from '../../catalogue/catalogue.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { leveled } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { createWriteBack } from './write-back.ts';

const at = '2026-11-23T08:00:00.000Z';
const status = (id: string): VideoStatus => ({
  id,
  state: 'published',
  files: { total: 1, done: 1, failed: 0, accepted: 0 },
  at,
});

it('counts and names the videos that have no row, but for those of a person', async () => {
  const catalogue: Catalogue = {
    name: 'mongodb://h/db.videos',
    rows: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) }),
    writeBack: async ({ id }) => (id === 'there' ? 'done' : 'missing'),
    close: async () => {},
  };
  const journal = new MemoryJournal();
  const submission = { id: 'by hand', playlistUrl: 'https://h/a.m3u8', by: 'person' } as const;
  await journal.decide({ type: 'submitted', video: submission.id, at, submission });
  const lines: unknown[] = [];
  const log = leveled('info', (level, message, fields) => lines.push([level, message, fields]));
  const metrics = createMetrics('aggregator');
  const writeBack = createWriteBack(catalogue, journal, { log, metrics });
  for (const id of ['there', 'by hand', 'gone', 'lost']) await writeBack(status(id));
  const message = (id: string): string =>
    `could not write back that ${id} is published: mongodb://h/db.videos has no row with this id`;
  expect(lines).toEqual([
    ['warn', message('gone'), { video: 'gone', missed: 1 }],
    ['warn', message('lost'), { video: 'lost', missed: 2 }],
  ]);
  expect(await metrics.text()).toContain('flants_write_backs_missed_total{role="aggregator"} 2');
  await createWriteBack(undefined, journal, { log, metrics })(status('gone'));
  expect(lines).toHaveLength(2);
});
