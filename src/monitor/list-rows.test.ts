import { describe, expect, it } from 'vitest';
import type { VideoRecord } from '../domain/video.ts';
import { createLibraryView } from './library-view.ts';
import type { VideoWords } from './library-view.ts';
import { listRows } from './list-rows.ts';
import type { ListQuery } from './list-rows.ts';

const plain: VideoRecord = { generation: 'g', revision: 'r', total: 10, done: 0, failed: 0, accepted: 0 };
const view = createLibraryView(() => 1);
const add = (id: string, record: Partial<VideoRecord>, words: Partial<VideoWords> = {}): void =>
  view.put(id, { record: { ...plain, ...record }, words: { playlistUrl: `https://cdn.example/${id}`, ...words } });
add('a', { done: 5 }, { title: 'Lecture 10', recordedAt: '2026-11-02T00:00:00Z' });
add('b', { done: 8, failed: 2 }, { title: 'lecture 9', recordedAt: '2026-11-03T00:00:00Z' });
add('c', { done: 10, published: 'r' }, { title: 'Zoology' });
add('d', { done: 1, failed: 1 });
view.put('unread', { record: plain });

const ids = (query: Partial<ListQuery>): readonly string[] =>
  listRows(view.rows(), { sort: 'title', order: 'asc', offset: 0, limit: 10, ...query }).rows.map(({ id }) => id);

describe('the list of all videos', () => {
  it('is in the order that was asked for', () => {
    expect(ids({})).toEqual(['d', 'b', 'a', 'c']);
    expect(ids({ sort: 'failures', order: 'desc' })).toEqual(['b', 'd', 'a', 'c']);
    expect(ids({ sort: 'progress' })).toEqual(['d', 'a', 'b', 'c']);
    expect(ids({ sort: 'state' })).toEqual(['c', 'a', 'd', 'b']);
    expect(ids({ sort: 'age' })).toEqual(['b', 'a', 'c', 'd']);
  });

  it('has only what was asked for, by state and by part of title, id or URL in any case', () => {
    expect(ids({ states: ['incomplete', 'published'] })).toEqual(['b', 'c']);
    expect(ids({ text: 'LECTURE' })).toEqual(['b', 'a']);
    expect(ids({ text: 'example/d' })).toEqual(['d']);
  });

  it('comes in parts, with how many there are in all', () => {
    const page = listRows(view.rows(), { sort: 'title', order: 'asc', offset: 1, limit: 2 });
    expect([page.total, page.rows.map(({ id }) => id)]).toEqual([4, ['b', 'a']]);
  });
});
