import { describe, expect, it } from 'vitest';
import { indicesOf } from '../../../src/domain/index-ranges.ts';
import type { IndexRanges } from '../../../src/domain/index-ranges.ts';
import type { PlannedFile } from '../../../src/domain/revision.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { fileAt, filesOf, headerOf, readable, revisionOf } from './fixtures.ts';

/** What every journal promises of sealed revisions. */
export function describeRevisions(journalUnderTest: () => Journal): void {
  describe('sealed revisions', () => {
    it('come back to the last byte', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', [fileAt(0)]);
      await journal.seal(revision);
      expect(readable(await journal.revision('v', revision.digest))).toEqual(readable(headerOf(revision)));
    });

    it('are unknown under another digest or video', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', [fileAt(0)]);
      await journal.seal(revision);
      expect(await journal.revision('v', 'other')).toBeUndefined();
      expect(await journal.revision('w', revision.digest)).toBeUndefined();
      expect(await journal.files('w', revision.digest, [[0, 1]])).toEqual([]);
    });

    it('give their files by ranges, in order, and none beyond the end', async () => {
      const journal = journalUnderTest();
      const files = filesOf(20);
      const revision = revisionOf('v', files);
      await journal.seal(revision);
      const found = await journal.files('v', revision.digest, [[2, 4], [9, 10], [18, 30]]); // prettier-ignore
      expect(found.map(({ index }) => index)).toEqual([2, 3, 9, 18, 19]);
      for (const { index, file } of found) expect(file).toEqual(files[index]);
      expect(await journal.files('v', revision.digest, [])).toEqual([]);
      expect(await journal.files('v', revision.digest, [[20, 21]])).toEqual([]);
    });

    it('keep every field of a file, and add none', async () => {
      const journal = journalUnderTest();
      const files: PlannedFile[] = [
        { ...fileAt(0), role: 'initialization-section', minSizeBytes: 0 },
        { ...fileAt(1), optional: true, minSizeBytes: 2 ** 40 },
        { ...fileAt(2), optional: false },
        { ...fileAt(3), key: 'lines\n“quotes”/ü.ts' },
        fileAt(4),
      ];
      const revision = revisionOf('v', files);
      await journal.seal(revision);
      expect((await journal.files('v', revision.digest, [[0, 5]])).map(({ file }) => file)).toEqual(files);
    });

    it('stay as they are when they are sealed again', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', [fileAt(0)]);
      await journal.seal(revision);
      await journal.seal({ ...revision, warnings: ['another'] });
      expect((await journal.revision('v', revision.digest))?.warnings).toEqual(revision.warnings);
      expect(await journal.files('v', revision.digest, [[0, 9]])).toHaveLength(1);
    });

    it('stand beside older ones, and beside the same plan of another video', async () => {
      const journal = journalUnderTest();
      const older = revisionOf('v', [fileAt(0)]);
      const newer = revisionOf('v', [fileAt(0), fileAt(1)]);
      await journal.seal(older);
      await journal.seal(newer);
      await journal.seal({ ...older, video: 'w' });
      expect(await journal.files('v', older.digest, [[0, 9]])).toHaveLength(1);
      expect(await journal.files('v', newer.digest, [[0, 9]])).toHaveLength(2);
      expect((await journal.revision('w', older.digest))?.video).toBe('w');
    });

    it('may have no files at all, or 20,000', async () => {
      const journal = journalUnderTest();
      const none = revisionOf('none', []);
      await journal.seal(none);
      expect(await journal.files('none', none.digest, [[0, 10]])).toEqual([]);
      expect(await journal.revision('none', none.digest)).toBeDefined();
      const many = revisionOf('many', filesOf(20_000));
      await journal.seal(many);
      expect(await journal.files('many', many.digest, [[0, 20_000]])).toHaveLength(20_000);
      expect((await journal.files('many', many.digest, [[19_999, 20_000]]))[0]?.file).toEqual(fileAt(19_999));
    });

    it('are read in any ranges of 5,000 files', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', filesOf(5_000));
      await journal.seal(revision);
      const wanted: readonly IndexRanges[] = [
        [[0, 100]],
        [[999, 1001]],
        [[1000, 2000]],
        [[4_990, 9_000]],
        [[0, 1], [1_500, 3_500], [4_999, 5_000]], // prettier-ignore
        Array.from({ length: 100 }, (_, index) => [index * 50, index * 50 + 1] as const),
      ];
      for (const ranges of wanted) {
        const found = await journal.files('v', revision.digest, ranges);
        const indices = [...indicesOf(ranges)].filter((index) => index < 5_000);
        expect(found).toEqual(indices.map((index) => ({ index, file: fileAt(index) })));
      }
    });
  });
}
