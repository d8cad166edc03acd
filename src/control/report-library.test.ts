import { describe, expect, it } from 'vitest';
import { openLibrary, planned } from '../../test/control/library.ts';

describe('a report', () => {
  it('counts a video that is named twice once', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0], failed: [1, 2] });
    await planned(library, 'b', { total: 2 });
    const { totals, videos } = await library.control.report(['b', 'a', 'b']);
    expect(videos.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(totals.files.total).toBe(5);
  });
});
