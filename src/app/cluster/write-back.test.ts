import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Catalogue, VideoStatus } from '../../catalogue/catalogue.ts';
import { FlantsError } from '../../domain/failure.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { leveled } from '../../telemetry/logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { createWriteBack, writeBackHandler, writeBacksAtATime } from './write-back.ts';

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

it('tries no status for a while after several in a row were refused, and rests for no single one', async () => {
  const tried: string[] = [];
  const refused = new Set(['odd']);
  const lines: unknown[] = [];
  const log = leveled('info', (level, message) => lines.push([level, message]));
  const write = async ({ id }: VideoStatus): Promise<void> => {
    tried.push(id);
    if (refused.has(id) || refused.has('all')) throw new FlantsError('catalogue.unreadable', 'no room');
  };
  const handle = writeBackHandler(write, { log }, 200);
  const stopping = new AbortController();
  const tell = (id: string) => handle({ format: 1, status: status(id) }, { signal: stopping.signal, lost: 0 });
  for (let time = 0; time < 3 * writeBacksAtATime; time++) {
    await expect(tell('odd')).rejects.toThrow('no room');
    await tell('well');
  }
  refused.add('all');
  for (let time = 0; time < writeBacksAtATime; time++) await expect(tell('well')).rejects.toThrow('no room');
  const before = tried.length;
  refused.delete('all');
  lines.length = 0;
  const later = [tell('a'), tell('b')];
  await sleep(20);
  expect(tried).toHaveLength(before);
  expect(await Promise.all(later)).toEqual([{ result: 'done' }, { result: 'done' }]);
  expect(tried.slice(before)).toEqual(['a', 'b']);
  expect(lines).toEqual([['info', 'the catalogue takes statuses again']]);
});

it('gives a status back at once where the process is to end, however long the catalogue takes', async () => {
  const log = leveled('info', () => {});
  const handle = writeBackHandler(() => new Promise(() => {}), { log });
  const stopping = new AbortController();
  const writing = handle({ format: 1, status: status('a') }, { signal: stopping.signal, lost: 0 });
  stopping.abort();
  await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
});
