import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../src/journal/journal.ts';
import { decided, forEachOf, listOf, nastyIds, publicationOf, submitted } from './fixtures.ts';
import type { JournalUnderTest } from './fixtures.ts';

/** What every journal promises of decisions, submissions and publications. */
export function describeDecisions(underTest: () => JournalUnderTest): void {
  describe('decisions', () => {
    const course: readonly Decision[] = [
      submitted('v'),
      decided('paused', 'v', '2026-11-02T11:00:00.000Z'),
      submitted('w'),
      // A clock that was put back changes no order.
      decided('resumed', 'v', '2026-11-02T09:00:00.000Z'),
      { type: 'accepted', video: 'v', at: '2026-11-02T13:00:00.000Z', key: 'a', reason: 'lost at the source' },
      { type: 'accepted', video: 'v', at: '2026-11-02T13:00:00.000Z', key: 'b', reason: 'lost at the source' },
      { type: 'prioritised', video: 'v', at: '2026-11-02T13:00:00.000Z', fresh: true },
      { type: 'prioritised', video: 'v', at: '2026-11-02T13:00:00.000Z', fresh: false },
      decided('cancelled', 'w', '2026-11-02T14:00:00.000Z'),
    ];
    const courseOf = (id: string): readonly Decision[] => course.filter(({ video }) => video === id);

    it('are told in the order they were made, those of a video', async () => {
      const journal = underTest().journal;
      for (const decision of course) await journal.decide(decision);
      expect(await listOf(journal.decisions('v'))).toEqual(courseOf('v'));
      expect(await listOf(journal.decisions('w'))).toEqual(courseOf('w'));
      expect(await listOf(journal.decisions('nobody'))).toEqual([]);
    });

    it('keep the order of their calls when nobody waited between them', async () => {
      const journal = underTest().journal;
      await Promise.all(course.map((decision) => journal.decide(decision)));
      expect(await listOf(journal.decisions('v'))).toEqual(courseOf('v'));
    });

    it('made twice are one, and the late double changes no order', async () => {
      const journal = underTest().journal;
      for (const decision of [...course, ...course.slice(0, 2)]) await journal.decide(decision);
      expect(await listOf(journal.decisions('v'))).toEqual(courseOf('v'));
    });

    it('are all told when they are more than anybody holds at once', async () => {
      const { journal, pages } = underTest();
      const many = Array.from({ length: pages.decisions + 10 }, (_, index) =>
        decided('paused', 'v', `2026-11-02T10:00:00.${index}Z`),
      );
      for (const decision of many) await journal.decide(decision);
      expect(await listOf(journal.decisions('v'))).toEqual(many);
    });
  });

  describe('submissions', () => {
    it('are the latest of each video, whatever was decided since', async () => {
      const journal = underTest().journal;
      const first = submitted('v', 'https://origin.example/old.m3u8');
      const second = submitted('v', 'https://origin.example/new.m3u8', '2026-11-03T10:00:00.000Z');
      for (const decision of [first, second, decided('paused', 'v', '2026-11-04T10:00:00.000Z'), first])
        await journal.decide(decision);
      expect(await journal.submission('v')).toEqual(second.submission);
      expect(await journal.submission('w')).toBeUndefined();
      expect(await listOf(journal.submissions())).toEqual([second.submission]);
    });

    it('are not there for videos about which only other things were decided', async () => {
      const journal = underTest().journal;
      await journal.decide(decided('paused', 'v', '2026-11-04T10:00:00.000Z'));
      expect(await journal.submission('v')).toBeUndefined();
      expect(await listOf(journal.submissions())).toEqual([]);
      expect(await listOf(journal.unpublished())).toEqual([]);
    });

    it('keep every field', async () => {
      const journal = underTest().journal;
      const submission = {
        id: 'v',
        playlistUrl: 'https://origin.example/v.m3u8',
        recordedAt: '2026-11-02T10:00:00.000Z',
        by: 'person',
      } as const;
      await journal.decide({ type: 'submitted', video: 'v', at: '2026-11-02T10:00:00.000Z', submission });
      expect(await journal.submission('v')).toEqual(submission);
    });

    it('are listed each once, in an order that stays', async () => {
      const { journal, pages } = underTest();
      const count = pages.submissions + 100;
      const ids = Array.from({ length: count }, (_, index) => `class-${(index * 7919) % count}`);
      await forEachOf([...ids, ...ids.slice(0, 50)], (id) => journal.decide(submitted(id)));
      const listed = (await listOf(journal.submissions())).map(({ id }) => id);
      expect(listed.toSorted()).toEqual(ids.toSorted());
      expect((await listOf(journal.submissions())).map(({ id }) => id)).toEqual(listed);
      expect(await listOf(journal.unpublished())).toEqual(listed);
      expect(await listOf(journal.unpublished(listed[count - 10]))).toEqual(listed.slice(count - 9));
    });
  });

  describe('publications', () => {
    it('are told as they were recorded, the latest one', async () => {
      const journal = underTest().journal;
      expect(await journal.publication('v')).toBeUndefined();
      await journal.recordPublication(publicationOf('v', 'r1'));
      await journal.recordPublication(publicationOf('v', 'r2', { accepted: [] }));
      await journal.recordPublication(publicationOf('v', 'r2', { accepted: [] }));
      expect(await journal.publication('v')).toEqual(publicationOf('v', 'r2', { accepted: [] }));
      expect(await journal.publication('w')).toBeUndefined();
    });
  });

  describe('unpublished videos', () => {
    it('are those that were submitted and have no publication, in the order of the submissions', async () => {
      const journal = underTest().journal;
      for (const id of nastyIds) await journal.decide(submitted(id));
      const inOrder = (await listOf(journal.submissions())).map(({ id }) => id);
      expect(await listOf(journal.unpublished())).toEqual(inOrder);
      const published = inOrder.filter((_, index) => index % 3 === 0);
      for (const id of published) await journal.recordPublication(publicationOf(id, 'r'));
      await journal.recordPublication(publicationOf('never submitted', 'r'));
      expect(await listOf(journal.unpublished())).toEqual(inOrder.filter((id) => !published.includes(id)));
      expect(await listOf(journal.published())).toEqual(inOrder.filter((id) => published.includes(id)));
    });

    it('begin behind any id, be it there, published, or unknown', async () => {
      const journal = underTest().journal;
      for (const id of [...nastyIds, 'published']) await journal.decide(submitted(id));
      await journal.recordPublication(publicationOf('published', 'r'));
      const inOrder = (await listOf(journal.submissions())).map(({ id }) => id);
      for (const [index, after] of inOrder.entries()) {
        const behind = inOrder.slice(index + 1).filter((id) => id !== 'published');
        expect(await listOf(journal.unpublished(after))).toEqual(behind);
        const submissions = await listOf(journal.submissions(after));
        expect(submissions.map(({ id }) => id)).toEqual(inOrder.slice(index + 1));
      }
      const all = await listOf(journal.unpublished());
      const behind = await listOf(journal.unpublished('no such video'));
      expect(all.slice(all.length - behind.length)).toEqual(behind);
      const submissions = (await listOf(journal.submissions('no such video'))).map(({ id }) => id);
      expect(submissions).toEqual(inOrder.slice(inOrder.length - submissions.length));
      expect(submissions.filter((id) => id !== 'published')).toEqual(behind);
    });

    it('may be left in mid-list', async () => {
      const journal = underTest().journal;
      for (const id of ['a', 'b', 'c']) await journal.decide(submitted(id));
      for await (const id of journal.unpublished()) if (id === 'b') break;
      expect(await listOf(journal.unpublished())).toHaveLength(3);
    });
  });
}
