import { describe, expect, it } from 'vitest';
import { failureWith } from '../../../src/domain/failure.ts';
import type { Journal } from '../../../src/journal/journal.ts';
import { copied, evidenceOf, failed, failureOf, fileAt, filesOf, revisionOf } from './fixtures.ts';

/** What every journal promises of evidence and failures. */
export function describeOutcomes(journalUnderTest: () => Journal): void {
  it('says how outcomes like to come', () => {
    const { maxOutcomes, maxDelayMs } = journalUnderTest().grouping;
    expect(maxOutcomes).toBeGreaterThan(0);
    expect(maxDelayMs).toBeGreaterThanOrEqual(0);
  });

  describe('evidence', () => {
    it('comes back by key, to the last field, and only what is known', async () => {
      const journal = journalUnderTest();
      const full = evidenceOf('a', {
        sha256: 'ff',
        etag: '"e"',
        source: { etag: 'W/"s"', lastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' },
      });
      const bare = evidenceOf('b', { sizeBytes: 2 ** 43, crc32: '', proof: 'present', durationMs: 0 });
      await journal.recordOutcomes('v', [copied(full), { index: 1, kind: 'unchanged', evidence: bare }]);
      const found = await journal.evidence('v', ['b', 'missing', 'a', 'a']);
      expect(new Map(found)).toEqual(new Map([['a', full], ['b', bare]])); // prettier-ignore
      expect(await journal.evidence('v', [])).toEqual(new Map());
      expect(await journal.evidence('nobody', ['missing'])).toEqual(new Map());
    });

    it('is told for 100 keys at once', async () => {
      const journal = journalUnderTest();
      const keys = filesOf(100).map(({ key }) => key);
      await journal.recordOutcomes(
        'v',
        keys.map((key, index) => copied(evidenceOf(key, { sizeBytes: index }), index)),
      );
      const found = await journal.evidence('v', keys);
      expect(keys.map((key) => found.get(key)?.sizeBytes)).toEqual(keys.map((_, index) => index));
    });

    it('is told of what many calls recorded', async () => {
      const journal = journalUnderTest();
      const keys = filesOf(300).map(({ key }) => key);
      for (const [index, key] of keys.entries())
        await journal.recordOutcomes('v', [copied(evidenceOf(key, { sizeBytes: index }), index)]);
      const found = await journal.evidence('v', keys);
      expect(keys.map((key) => found.get(key)?.sizeBytes)).toEqual(keys.map((_, index) => index));
    });

    it('replaces what was known, with nothing of it left', async () => {
      const journal = journalUnderTest();
      const former = evidenceOf('a', { sha256: 'ff', etag: '"1"', source: { etag: '"s"' } });
      await journal.recordOutcomes('v', [copied(former)]);
      const later = evidenceOf('a', { sizeBytes: 7, generation: 'g2' });
      await journal.recordOutcomes('v', [copied(later)]);
      expect((await journal.evidence('v', ['a'])).get('a')).toEqual(later);
    });

    it('replaces what was known even if a clock was wrong', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [copied(evidenceOf('a', { at: '2036-01-01T00:00:00.000Z' }))]);
      const later = evidenceOf('a', { at: '2026-01-01T00:00:00.000Z' });
      await journal.recordOutcomes('v', [copied(later)]);
      expect((await journal.evidence('v', ['a'])).get('a')).toEqual(later);
    });

    it('of a key that two videos have is each one’s own, or the latest', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [copied(evidenceOf('shared', { worker: 'w1' }))]);
      await journal.recordOutcomes('w', [copied(evidenceOf('shared', { worker: 'w2' }))]);
      expect(['w1', 'w2']).toContain((await journal.evidence('v', ['shared'])).get('shared')?.worker);
      expect((await journal.evidence('w', ['shared'])).get('shared')?.worker).toBe('w2');
    });
  });

  describe('forgetting', () => {
    it('drops the evidence of these keys only, and unknown ones are no error', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [copied(evidenceOf('a')), copied(evidenceOf('b')), failed(failureOf('c'))]);
      await journal.forget('v', ['a', 'c', 'unknown']);
      await journal.forget('v', []);
      await journal.forget('nobody', ['unknown']);
      expect([...(await journal.evidence('v', ['a', 'b'])).keys()]).toEqual(['b']);
      expect([...(await journal.failures('v')).keys()]).toEqual(['c']);
    });

    it('leaves room for new evidence, and takes the size out of its revision', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', [fileAt(0)]);
      await journal.seal(revision);
      await journal.recordOutcomes('v', [copied(evidenceOf(fileAt(0).key))]);
      await journal.forget('v', [fileAt(0).key]);
      expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(0);
      await journal.recordOutcomes('v', [copied(evidenceOf(fileAt(0).key, { sizeBytes: 3 }))]);
      expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(3);
    });
  });

  describe('failed tries', () => {
    it('are told in order, each once, whatever became of the file, and at least the latest ten', async () => {
      const journal = journalUnderTest();
      const tries = Array.from({ length: 12 }, (_, n) =>
        failureOf('a', { tries: n + 1, at: `2026-11-01T00:00:${10 + n}.000Z` }),
      );
      for (const failure of tries) await journal.recordOutcomes('v', [{ index: 0, kind: 'failed', failure }]);
      await journal.recordOutcomes('v', tries.slice(-1).map((failure) => ({ index: 0, kind: 'failed', failure }))); // prettier-ignore
      await journal.recordOutcomes('v', [{ index: 0, kind: 'copied', evidence: evidenceOf('a') }]);
      expect((await journal.failedTries('v', 'a')).slice(-10)).toEqual(tries.slice(-10));
      expect(await journal.failedTries('v', 'b')).toEqual([]);
      expect(await journal.failedTries('w', 'a')).toEqual([]);
      await journal.purge('v');
      expect(await journal.failedTries('v', 'a')).toEqual([]);
    });
  });

  describe('failures', () => {
    it('come back by key, the latest of each, for their video only', async () => {
      const journal = journalUnderTest();
      const first = failureOf('a');
      const second = failureOf('a', { tries: 5, failure: failureWith('source.not-found', 'gone', { status: 404 }) });
      await journal.recordOutcomes('v', [failed(first), failed(failureOf('b')), failed(second)]);
      await journal.recordOutcomes('w', [failed(first)]);
      expect(new Map(await journal.failures('v'))).toEqual(new Map([['a', second], ['b', failureOf('b')]])); // prettier-ignore
      expect(new Map(await journal.failures('w'))).toEqual(new Map([['a', first]]));
      expect(await journal.failures('nobody')).toEqual(new Map());
    });

    it('leave evidence alone', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
      await journal.recordOutcomes('v', [failed(failureOf('a'))]);
      expect((await journal.evidence('v', ['a'])).get('a')).toEqual(evidenceOf('a'));
      expect((await journal.failures('v')).size).toBe(1);
    });

    it('are ended by evidence for their video, and for no other', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [failed(failureOf('a')), failed(failureOf('b'))]);
      await journal.recordOutcomes('w', [failed(failureOf('a'))]);
      await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
      expect([...(await journal.failures('v')).keys()]).toEqual(['b']);
      expect([...(await journal.failures('w')).keys()]).toEqual(['a']);
    });

    it('stay ended when that evidence is forgotten, and come again when they do', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [failed(failureOf('a'))]);
      await journal.recordOutcomes('v', [copied(evidenceOf('a'))]);
      await journal.forget('v', ['a']);
      expect((await journal.failures('v')).size).toBe(0);
      await journal.recordOutcomes('v', [failed(failureOf('a', { tries: 9 }))]);
      expect((await journal.failures('v')).get('a')?.tries).toBe(9);
    });

    it('follow the order of the outcomes within one call', async () => {
      const journal = journalUnderTest();
      await journal.recordOutcomes('v', [
        failed(failureOf('a')),
        copied(evidenceOf('a')),
        copied(evidenceOf('b')),
        failed(failureOf('b')),
      ]);
      expect([...(await journal.failures('v')).keys()]).toEqual(['b']);
    });
  });

  it('takes a call without outcomes', () => journalUnderTest().recordOutcomes('v', []));

  it('counts outcomes that are recorded twice as once', async () => {
    const journal = journalUnderTest();
    const outcomes = [copied(evidenceOf('a')), failed(failureOf('b'))];
    await journal.recordOutcomes('v', outcomes);
    await journal.recordOutcomes('v', outcomes);
    expect((await journal.evidence('v', ['a', 'b'])).size).toBe(1);
    expect((await journal.failures('v')).size).toBe(1);
  });

  describe('the size of some files of a revision', () => {
    it('is what their evidence says', async () => {
      const journal = journalUnderTest();
      const revision = revisionOf('v', filesOf(3));
      await journal.seal(revision);
      expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(0);
      await journal.recordOutcomes('v', [
        copied(evidenceOf(fileAt(0).key, { sizeBytes: 5 })),
        copied(evidenceOf(fileAt(1).key, { sizeBytes: 2 ** 40 })),
        copied(evidenceOf('not-in-it', { sizeBytes: 100 })),
        failed(failureOf(fileAt(2).key)),
      ]);
      expect(await journal.sizeOf('v', revision.digest, [[0, 3]])).toBe(2 ** 40 + 5);
      expect(await journal.sizeOf('v', revision.digest, [[0, 1], [2, 9]])).toBe(5); // prettier-ignore
      expect(await journal.sizeOf('v', revision.digest, [])).toBe(0);
    });

    it('is zero for a revision that was never sealed', async () => {
      expect(await journalUnderTest().sizeOf('v', 'unknown', [[0, 3]])).toBe(0);
    });
  });
}
