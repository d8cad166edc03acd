import { describe, expect, it } from 'vitest';
import { createRowCache } from './row-cache.ts';

describe('rows of a state file in memory', () => {
  it('are there until they are dropped', () => {
    const rows = createRowCache<number>({ isOwned: true });
    expect(rows.keep('v', 1)).toBe(1);
    expect(rows.get('v')).toBe(1);
    rows.drop('v');
    expect(rows.get('v')).toBeUndefined();
  });

  it('are not kept where others may write the file', () => {
    const rows = createRowCache<number>({ isOwned: false });
    expect(rows.keep('v', 1)).toBe(1);
    expect(rows.get('v')).toBeUndefined();
  });

  it('stay few, however many videos there are', () => {
    const rows = createRowCache<number>({ isOwned: true });
    const videos = Array.from({ length: 12_000 }, (_, number) => `v${number}`);
    for (const [number, video] of videos.entries()) rows.keep(video, number);
    expect(videos.filter((video) => rows.get(video) !== undefined).length).toBeLessThanOrEqual(5_000);
    expect(rows.get('v11999')).toBe(11_999);
  });
});
