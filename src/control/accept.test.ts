import { describe, expect, it } from 'vitest';
import { openLibrary, planned, code } from '../../test/control/library.ts';

describe('accepting', () => {
  it('lets a video go on without a file, by its key or the end of it', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, done: [0, 1], failed: [2] });
    const accepted = await library.control.accept({ video: 'a', file: 'seg2.ts', reason: 'lost at the source' });
    expect(accepted).toEqual({ video: 'a', key: 'a/seg2.ts', state: 'publishing' });
    expect(library.asked).toEqual(['move on a']);
  });

  it('is refused for a file that has not failed, or no more', async () => {
    const library = openLibrary();
    await planned(library, 'a', { total: 3, failed: [2] });
    const accepting = library.control.accept({ video: 'a', file: 'seg0.ts', reason: 'x' });
    await expect(accepting).rejects.toEqual(code('video.state'));
    await library.control.retry();
    const late = library.control.accept({ video: 'a', file: 'seg2.ts', reason: 'x' });
    await expect(late).rejects.toThrow('the video a has no failed file; 3 files of it are still to be copied');
  });
});
