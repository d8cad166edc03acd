import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/journal/journal.ts';
import { describeDecisions } from './decisions.contract.ts';
import {
  copied,
  evidenceOf,
  failed,
  failureOf,
  fileAt,
  filesOf,
  forEachOf,
  headerOf,
  listOf,
  nastyIds,
  publicationOf,
  readable,
  revisionOf,
  submitted,
} from './fixtures.ts';
import type { JournalUnderTest } from './fixtures.ts';
import { describeOutcomes } from './outcomes.contract.ts';
import { describeRevisions } from './revisions.contract.ts';
import { describeSharing } from './sharing.contract.ts';

/** What every journal promises; a driver test calls it with a factory. */
export function describeJournal(name: string, create: () => Promise<JournalUnderTest>): void {
  describe(`${name}: a journal`, () => {
    let test: JournalUnderTest;
    let journal: Journal;

    beforeEach(async () => {
      test = await create();
      journal = test.journal;
    });

    afterEach(() => test.close());

    describeRevisions(() => journal);
    describeOutcomes(() => journal);
    describeDecisions(() => test);
    describeSharing(() => test);

    describe('settings', () => {
      it('are JSON, replaced when they are set again', async () => {
        expect(await journal.setting('rules')).toBeUndefined();
        await journal.setSetting('rules', { root: 'https://a.example', list: [1, null, 'x'] });
        expect(await journal.setting('rules')).toEqual({ root: 'https://a.example', list: [1, null, 'x'] });
        for (const value of [false, 0, '', null]) {
          await journal.setSetting('rules', value);
          expect(await journal.setting('rules')).toBe(value);
        }
      });

      it('are settled once: who comes later is told what stands', async () => {
        expect(await journal.settle('rules', { root: 'a' })).toEqual({ root: 'a' });
        expect(await journal.settle('rules', { root: 'b' })).toEqual({ root: 'a' });
        await journal.setSetting('none', null);
        expect(await journal.settle('none', 1)).toBe(null);
      });

      it('are settled by one of many who try at a time', async ({ skip }) => {
        if (test.isUnguarded === true) return skip('this store keeps nothing from being overwritten');
        const told = await Promise.all(Array.from({ length: 8 }, (_, number) => journal.settle('rules', { number })));
        expect(new Set(told.map((value) => JSON.stringify(value))).size).toBe(1);
        expect(await journal.setting('rules')).toEqual(told[0]);
      });
    });

    describe('a purge', () => {
      it('leaves nothing of its video, and all of the others', async () => {
        const revision = revisionOf('v', filesOf(3, 'v'));
        const other = revisionOf('w', filesOf(3, 'w'));
        for (const { video, digest, files } of [revision, other]) {
          await journal.decide(submitted(video));
          await journal.seal(video === 'v' ? revision : other);
          const [first = fileAt(0), second = fileAt(1)] = files;
          await journal.recordOutcomes(video, [copied(evidenceOf(first.key)), failed(failureOf(second.key))]);
          await journal.recordPublication(publicationOf(video, digest));
        }
        await journal.purge('v');

        expect(await journal.submission('v')).toBeUndefined();
        expect(await journal.publication('v')).toBeUndefined();
        expect(await journal.revision('v', revision.digest)).toBeUndefined();
        expect(await journal.files('v', revision.digest, [[0, 3]])).toEqual([]);
        expect((await journal.evidence('v', ['v/seg-0.ts'])).size).toBe(0);
        expect((await journal.failures('v')).size).toBe(0);
        expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(0);
        expect(await listOf(journal.decisions('v'))).toEqual([]);

        expect(await listOf(journal.submissions())).toEqual([submitted('w').submission]);
        expect(await journal.publication('w')).toEqual(publicationOf('w', other.digest));
        expect(await journal.files('w', other.digest, [[0, 3]])).toHaveLength(3);
        expect((await journal.evidence('w', ['w/seg-0.ts'])).size).toBe(1);
        expect((await journal.failures('w')).size).toBe(1);
      });

      it('of a video that is not known is no error, and a purged one may come again', async () => {
        await journal.purge('v');
        const revision = revisionOf('v', filesOf(2));
        for (let round = 0; round < 2; round++) {
          await journal.decide(submitted('v'));
          await journal.seal(revision);
          await journal.recordOutcomes('v', [copied(evidenceOf(fileAt(0).key))]);
          expect(await journal.files('v', revision.digest, [[0, 2]])).toHaveLength(2);
          expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(1000);
          expect(await listOf(journal.submissions())).toHaveLength(1);
          await journal.purge('v');
        }
      });
    });

    it('keeps videos apart, whatever they are called', async () => {
      await forEachOf(nastyIds, async (id) => {
        await journal.decide(submitted(id));
        const revision = revisionOf(id, [fileAt(0)]);
        await journal.seal(revision);
        await journal.recordOutcomes(id, [failed(failureOf(id))]);
        await journal.recordOutcomes(id, [copied(evidenceOf(`of ${id}`, { worker: id }))]);
        await journal.recordPublication(publicationOf(id, revision.digest));
        await journal.setSetting(id, id);
      });
      for (const id of nastyIds) {
        const { digest } = revisionOf(id, [fileAt(0)]);
        expect(await listOf(journal.decisions(id))).toEqual([submitted(id)]);
        expect(await journal.submission(id)).toEqual(submitted(id).submission);
        expect((await journal.revision(id, digest))?.video).toBe(id);
        expect(await journal.files(id, digest, [[0, 1]])).toHaveLength(1);
        expect((await journal.evidence(id, [`of ${id}`])).get(`of ${id}`)?.worker).toBe(id);
        expect([...(await journal.failures(id)).keys()]).toEqual([id]);
        expect((await journal.publication(id))?.revision).toBe(digest);
        expect(await journal.setting(id)).toBe(id);
      }
      expect((await listOf(journal.submissions())).map(({ id }) => id).toSorted()).toEqual(nastyIds.toSorted());
      await journal.purge('a');
      expect(await listOf(journal.submissions())).toHaveLength(nastyIds.length - 1);
    });

    it('finds everything again when it is opened anew', async ({ skip }) => {
      const { reopen } = test;
      if (!reopen) return skip('this journal ends with its process');
      const revision = revisionOf('v', [fileAt(0), fileAt(1)]);
      await journal.seal(revision);
      await journal.recordOutcomes('v', [copied(evidenceOf(fileAt(0).key)), failed(failureOf(fileAt(1).key))]);
      await journal.recordPublication(publicationOf('v', revision.digest));
      await journal.decide(submitted('v'));
      await journal.setSetting('root', 'https://origin.example');

      const after = await reopen();
      expect(readable(await after.revision('v', revision.digest))).toEqual(readable(headerOf(revision)));
      expect(await after.files('v', revision.digest, [[0, 2]])).toHaveLength(2);
      expect((await after.evidence('v', [fileAt(0).key])).size).toBe(1);
      expect((await after.failures('v')).size).toBe(1);
      expect(await after.sizeOf('v', revision.digest, [[0, 3]])).toBe(1000);
      expect(await after.publication('v')).toEqual(publicationOf('v', revision.digest));
      expect(await listOf(after.decisions('v'))).toEqual([submitted('v')]);
      expect(await after.submission('v')).toEqual(submitted('v').submission);
      expect(await after.setting('root')).toBe('https://origin.example');
    });
  });
}
