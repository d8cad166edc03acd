import { describe, expect, it } from 'vitest';
import {
  copied,
  decided,
  evidenceOf,
  failed,
  failureOf,
  filesOf,
  forEachOf,
  listOf,
  publicationOf,
  revisionOf,
  submitted,
} from './fixtures.ts';
import type { JournalUnderTest } from './fixtures.ts';

/** What journals promise that several processes may use at a time. */
export function describeSharing(underTest: () => JournalUnderTest): void {
  describe('several writers', () => {
    it('see what another was told is done', async ({ skip }) => {
      const { journal: one, another } = underTest();
      if (!another) return skip('this journal has one owner');
      const two = another();
      const revision = revisionOf('v', filesOf(10));
      // Each has looked before, so that nothing may come from what it remembers.
      for (const journal of [one, two]) {
        expect((await journal.evidence('v', ['a', 'b'])).size).toBe(0);
        expect((await journal.failures('v')).size).toBe(0);
        expect(await journal.files('v', revision.digest, [[0, 10]])).toEqual([]);
      }
      await one.seal(revision);
      expect(await two.files('v', revision.digest, [[0, 10]])).toHaveLength(10);
      await one.recordOutcomes('v', [copied(evidenceOf('a', { worker: 'one' })), failed(failureOf('b'))]);
      expect((await two.evidence('v', ['a'])).get('a')?.worker).toBe('one');
      await two.recordOutcomes('v', [copied(evidenceOf('a', { worker: 'two' })), copied(evidenceOf('b'))]);
      expect((await one.evidence('v', ['a'])).get('a')?.worker).toBe('two');
      expect((await one.failures('v')).size).toBe(0);
      await one.forget('v', ['a']);
      expect([...(await two.evidence('v', ['a', 'b'])).keys()]).toEqual(['b']);
      await two.recordOutcomes('v', [copied(evidenceOf('a', { worker: 'again' }))]);
      expect((await one.evidence('v', ['a'])).get('a')?.worker).toBe('again');
      await one.recordPublication(publicationOf('v', revision.digest));
      expect((await two.publication('v'))?.revision).toBe(revision.digest);
      await one.setSetting('root', 1);
      expect(await two.settle('root', 2)).toBe(1);
    });

    it('decide in the order in which they were answered, whatever their clocks say', async ({ skip }) => {
      const { journal: one, another } = underTest();
      if (!another) return skip('this journal has one owner');
      const two = another();
      const course = [
        submitted('v'),
        decided('paused', 'v', '2026-11-02T12:00:00.000Z'),
        decided('resumed', 'v', '2026-11-02T11:00:00.000Z'),
        decided('cancelled', 'v', '2026-11-02T10:00:00.000Z'),
      ];
      for (const [index, decision] of course.entries()) await (index % 2 === 0 ? one : two).decide(decision);
      for (const journal of [one, two]) expect(await listOf(journal.decisions('v'))).toEqual(course);
    });

    it('lose nothing of each other at the same time', async ({ skip }) => {
      const { journal: one, another } = underTest();
      if (!another) return skip('this journal has one owner');
      const two = another();
      const revision = revisionOf('v', filesOf(100));
      await Promise.all([
        ...[one, two].map((journal) => journal.seal(revision)),
        ...[one, two].map((journal) => journal.decide(submitted('v'))),
        forEachOf(revision.files, async ({ key }) => {
          await (key.charCodeAt(key.length - 4) % 2 === 0 ? one : two).recordOutcomes('v', [copied(evidenceOf(key))]);
        }),
        ...[one, two, one, two].map((journal, number) =>
          journal.decide(decided('paused', 'v', `2026-11-02T10:00:00.00${number}Z`)),
        ),
      ]);
      for (const journal of [one, two]) {
        expect(await journal.sizeOf('v', revision.digest, [[0, 100]])).toBe(100_000);
        expect(await listOf(journal.decisions('v'))).toHaveLength(5);
        expect(await journal.submission('v')).toEqual(submitted('v').submission);
      }
      expect(await listOf(two.decisions('v'))).toEqual(await listOf(one.decisions('v')));
    });

    it('settle for one value', async ({ skip }) => {
      const { journal: one, another, isUnguarded } = underTest();
      if (isUnguarded === true) return skip('this store keeps nothing from being overwritten');
      if (!another) return skip('this journal has one owner');
      const journals = [one, another(), another(), another()];
      const told = await Promise.all(journals.map((journal, number) => journal.settle('root', `of ${number}`)));
      expect(new Set(told).size).toBe(1);
      for (const journal of journals) expect(await journal.setting('root')).toBe(told[0]);
    });

    it('may purge what another remembers', async ({ skip }) => {
      const { journal: one, another } = underTest();
      if (!another) return skip('this journal has one owner');
      const two = another();
      const revision = revisionOf('v', filesOf(10));
      await one.decide(submitted('v'));
      await one.seal(revision);
      await one.recordOutcomes('v', [copied(evidenceOf('a')), failed(failureOf('b'))]);
      expect((await one.evidence('v', ['a'])).size).toBe(1);
      await two.purge('v');
      expect(await one.submission('v')).toBeUndefined();
      expect((await one.evidence('v', ['a'])).size).toBe(0);
      expect((await one.failures('v')).size).toBe(0);
      expect(await listOf(one.submissions())).toEqual([]);
      await one.decide(submitted('v'));
      await one.seal(revision);
      expect(await two.submission('v')).toEqual(submitted('v').submission);
      expect(await two.files('v', revision.digest, [[0, 10]])).toHaveLength(10);
    });
  });
}
