import { expect, it } from 'vitest';
import type { VideoRecord } from '../domain/video.ts';
import { createLibraryView } from './library-view.ts';

const record: VideoRecord = { generation: 'g', revision: 'r', total: 10, done: 3, failed: 1, accepted: 0 };

it('counts as open what is still to be copied, without videos at rest', () => {
  const view = createLibraryView(() => 0);
  view.put('a', { record });
  view.put('b', { record });
  expect(view.openFiles).toBe(12);
  view.put('a', { record: { ...record, hold: 'paused' } });
  expect(view.openFiles).toBe(6);
  view.put('a', { record: { ...record, done: 5 } });
  expect(view.openFiles).toBe(10);
  view.put('a', { record: { ...record, hold: 'cancelled' } });
  view.put('b', { record: { ...record, done: 9 } });
  expect(view.openFiles).toBe(0);
  view.put('b', { record });
  view.remove('b');
  expect(view.openFiles).toBe(0);
});
