import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureWith } from '../../src/domain/failure.ts';
import type { Evidence, FileFailure, OutcomeRecord } from '../../src/domain/outcome.ts';
import { digestOf } from '../../src/domain/revision.ts';
import type { PlannedFile, Revision, RevisionHeader } from '../../src/domain/revision.ts';
import type { Decision, Journal, Publication } from '../../src/journal/journal.ts';

/** What a driver gives the contract for each test. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** A second journal on the same state, the first one being closed; absent where a journal ends with its process. */
  readonly reopen?: () => Promise<Journal>;
  close(): Promise<void>;
}

const fileAt = (index: number, folder = 'class-1'): PlannedFile => ({
  key: `${folder}/seg-${index}.ts`,
  url: `https://origin.example/${folder}/seg-${index}.ts`,
  role: 'segment',
});

function revisionOf(video: string, files: readonly PlannedFile[]): Revision {
  const documents: Revision['documents'] = [
    {
      key: `${video}/low.m3u8`,
      url: `https://origin.example/${video}/low.m3u8`,
      role: 'media-playlist',
      body: new Uint8Array([0, 35, 255, 10]),
    },
    {
      key: `${video}/empty.json`,
      url: `https://origin.example/${video}/empty.json`,
      role: 'data',
      body: new Uint8Array(),
    },
    {
      key: `${video}/main.m3u8`,
      url: `https://origin.example/${video}/main.m3u8`,
      role: 'multivariant-playlist',
      body: Buffer.from('#EXTM3U é\n'),
    },
  ];
  return {
    video,
    digest: digestOf({ files, documents }),
    total: files.length,
    files,
    documents,
    playlists: [{ url: `https://origin.example/${video}/main.m3u8`, validators: { etag: '"1"' }, sha256: 'ab' }],
    external: [
      { playlistUrl: 'https://origin.example/main.m3u8', line: 3, tag: 'EXT-X-KEY', uri: 'skd://k', reason: 'DRM' },
    ],
    warnings: ['no EXT-X-VERSION'],
    hasTokens: true,
  };
}

function headerOf({ files: _, ...header }: Revision): RevisionHeader {
  return header;
}

/** Bytes of documents as plain arrays: a `Buffer` is as good as a `Uint8Array`. */
const readable = (header: RevisionHeader | undefined): unknown =>
  header && { ...header, documents: header.documents.map((document) => ({ ...document, body: [...document.body] })) };

const evidenceOf = (key: string, more: Partial<Evidence> = {}): Evidence => ({
  key,
  url: `https://origin.example/${key}`,
  sizeBytes: 1000,
  crc32: '00c0ffee',
  source: {},
  proof: 'written',
  generation: 'g1',
  tries: 1,
  durationMs: 12.5,
  worker: 'thread-1',
  at: '2026-11-02T10:00:00.000Z',
  ...more,
});

const failureOf = (key: string, more: Partial<FileFailure> = {}): FileFailure => ({
  key,
  url: `https://origin.example/${key}`,
  failure: failureWith('source.status', 'the origin answered 502', { status: 502, retryAfterMs: 3000 }),
  generation: 'g1',
  tries: 3,
  worker: 'thread-1',
  at: '2026-11-02T10:00:00.000Z',
  ...more,
});

const copied = (evidence: Evidence, video = 'v', index = 0): OutcomeRecord => ({
  video,
  outcome: { index, kind: 'copied', evidence },
});
const failed = (failure: FileFailure, video = 'v', index = 0): OutcomeRecord => ({
  video,
  outcome: { index, kind: 'failed', failure },
});

const submitted = (video: string, playlistUrl: string, at = '2026-11-02T10:00:00.000Z'): Decision => ({
  type: 'submitted', video, at, submission: { id: video, playlistUrl, title: 'Ünïcode “quotes” \n and lines' },
}); // prettier-ignore
const decided = (type: 'paused' | 'resumed' | 'cancelled', video: string, at: string): Decision => ({
  type,
  video,
  at,
});

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

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

    describe('sealed revisions', () => {
      it('come back to the last byte', async () => {
        const revision = revisionOf('v', [fileAt(0)]);
        await journal.seal(revision);
        expect(readable(await journal.revision('v', revision.digest))).toEqual(readable(headerOf(revision)));
      });

      it('are unknown under another digest or video', async () => {
        const revision = revisionOf('v', [fileAt(0)]);
        await journal.seal(revision);
        expect(await journal.revision('v', 'other')).toBeUndefined();
        expect(await journal.revision('w', revision.digest)).toBeUndefined();
        expect(await journal.files('w', revision.digest, [[0, 1]])).toEqual([]);
      });

      it('give their files by ranges, in order, and none beyond the end', async () => {
        const files = Array.from({ length: 20 }, (_, index) => fileAt(index));
        const revision = revisionOf('v', files);
        await journal.seal(revision);
        const found = await journal.files('v', revision.digest, [[2, 4], [9, 10], [18, 30]]); // prettier-ignore
        expect(found.map(({ index }) => index)).toEqual([2, 3, 9, 18, 19]);
        for (const { index, file } of found) expect(file).toEqual(files[index]);
        expect(await journal.files('v', revision.digest, [])).toEqual([]);
        expect(await journal.files('v', revision.digest, [[20, 21]])).toEqual([]);
      });

      it('keep every field of a file, and add none', async () => {
        const files: PlannedFile[] = [
          { ...fileAt(0), role: 'initialization-section', minSizeBytes: 0 },
          { ...fileAt(1), optional: true, minSizeBytes: 2 ** 40 },
          { ...fileAt(2), optional: false },
          fileAt(3),
        ];
        const revision = revisionOf('v', files);
        await journal.seal(revision);
        expect((await journal.files('v', revision.digest, [[0, 4]])).map(({ file }) => file)).toEqual(files);
      });

      it('stay as they are when they are sealed again', async () => {
        const revision = revisionOf('v', [fileAt(0)]);
        await journal.seal(revision);
        await journal.seal({ ...revision, warnings: ['another'] });
        expect((await journal.revision('v', revision.digest))?.warnings).toEqual(revision.warnings);
        expect(await journal.files('v', revision.digest, [[0, 9]])).toHaveLength(1);
      });

      it('stand beside older ones, and beside the same plan of another video', async () => {
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
        const none = revisionOf('none', []);
        await journal.seal(none);
        expect(await journal.files('none', none.digest, [[0, 10]])).toEqual([]);
        const many = revisionOf(
          'many',
          Array.from({ length: 20_000 }, (_, index) => fileAt(index)),
        );
        await journal.seal(many);
        expect(await journal.files('many', many.digest, [[0, 20_000]])).toHaveLength(20_000);
        expect((await journal.files('many', many.digest, [[19_999, 20_000]]))[0]?.file).toEqual(fileAt(19_999));
      });
    });

    describe('evidence', () => {
      it('comes back by key, to the last field, and only what is known', async () => {
        const full = evidenceOf('a', {
          sha256: 'ff',
          etag: '"e"',
          source: { etag: 'W/"s"', lastModified: 'Mon, 02 Nov 2026 10:00:00 GMT' },
        });
        const bare = evidenceOf('b', { sizeBytes: 2 ** 43, crc32: '', proof: 'present', durationMs: 0 });
        await journal.recordOutcomes([
          copied(full),
          { video: 'v', outcome: { index: 1, kind: 'unchanged', evidence: bare } },
        ]);
        const found = await journal.evidence(['b', 'missing', 'a', 'a']);
        expect(new Map(found)).toEqual(new Map([['a', full], ['b', bare]])); // prettier-ignore
        expect(await journal.evidence([])).toEqual(new Map());
      });

      it('is told for 100 keys at once', async () => {
        const keys = Array.from({ length: 100 }, (_, index) => fileAt(index).key);
        await journal.recordOutcomes(
          keys.map((key, index) => copied(evidenceOf(key, { sizeBytes: index }), 'v', index)),
        );
        const found = await journal.evidence(keys);
        expect(keys.map((key) => found.get(key)?.sizeBytes)).toEqual(keys.map((_, index) => index));
      });

      it('replaces what was known, with nothing of it left', async () => {
        await journal.recordOutcomes([copied(evidenceOf('a', { sha256: 'ff', etag: '"1"', source: { etag: '"s"' } }))]);
        const later = evidenceOf('a', { sizeBytes: 7, generation: 'g2' });
        await journal.recordOutcomes([copied(later)]);
        expect((await journal.evidence(['a'])).get('a')).toEqual(later);
      });

      it('is about a key, whichever video it was copied for', async () => {
        await journal.recordOutcomes([copied(evidenceOf('shared'), 'v')]);
        await journal.recordOutcomes([copied(evidenceOf('shared', { worker: 'w2' }), 'w')]);
        expect((await journal.evidence(['shared'])).get('shared')?.worker).toBe('w2');
      });
    });

    describe('forgetting', () => {
      it('drops the evidence of these keys only, and unknown ones are no error', async () => {
        await journal.recordOutcomes([copied(evidenceOf('a')), copied(evidenceOf('b')), failed(failureOf('c'))]);
        await journal.forget(['a', 'c', 'unknown']);
        await journal.forget([]);
        expect([...(await journal.evidence(['a', 'b'])).keys()]).toEqual(['b']);
        expect([...(await journal.failures('v')).keys()]).toEqual(['c']);
      });

      it('leaves room for new evidence, and takes the size out of its revision', async () => {
        const revision = revisionOf('v', [fileAt(0)]);
        await journal.seal(revision);
        await journal.recordOutcomes([copied(evidenceOf(fileAt(0).key))]);
        await journal.forget([fileAt(0).key]);
        expect(await journal.sizeOf('v', revision.digest)).toBe(0);
        await journal.recordOutcomes([copied(evidenceOf(fileAt(0).key, { sizeBytes: 3 }))]);
        expect(await journal.sizeOf('v', revision.digest)).toBe(3);
      });
    });

    describe('failures', () => {
      it('come back by key, the latest of each, for their video only', async () => {
        const first = failureOf('a');
        const second = failureOf('a', { tries: 5, failure: failureWith('source.not-found', 'gone', { status: 404 }) });
        await journal.recordOutcomes([failed(first), failed(failureOf('b')), failed(second), failed(first, 'w')]);
        expect(new Map(await journal.failures('v'))).toEqual(new Map([['a', second], ['b', failureOf('b')]])); // prettier-ignore
        expect(new Map(await journal.failures('w'))).toEqual(new Map([['a', first]]));
        expect(await journal.failures('nobody')).toEqual(new Map());
      });

      it('leave evidence alone', async () => {
        await journal.recordOutcomes([copied(evidenceOf('a'))]);
        await journal.recordOutcomes([failed(failureOf('a'))]);
        expect((await journal.evidence(['a'])).get('a')).toEqual(evidenceOf('a'));
        expect((await journal.failures('v')).size).toBe(1);
      });

      it('are ended by evidence for their video, and for no other', async () => {
        await journal.recordOutcomes([failed(failureOf('a')), failed(failureOf('b')), failed(failureOf('a'), 'w')]);
        await journal.recordOutcomes([copied(evidenceOf('a'))]);
        expect([...(await journal.failures('v')).keys()]).toEqual(['b']);
        expect([...(await journal.failures('w')).keys()]).toEqual(['a']);
      });

      it('follow the order of the records within one call', async () => {
        await journal.recordOutcomes([
          failed(failureOf('a')),
          copied(evidenceOf('a')),
          copied(evidenceOf('b')),
          failed(failureOf('b')),
        ]);
        expect([...(await journal.failures('v')).keys()]).toEqual(['b']);
      });
    });

    it('takes a call without outcomes', () => journal.recordOutcomes([]));

    it('counts outcomes that are recorded twice as once', async () => {
      const records = [copied(evidenceOf('a')), failed(failureOf('b'))];
      await journal.recordOutcomes(records);
      await journal.recordOutcomes(records);
      expect((await journal.evidence(['a', 'b'])).size).toBe(1);
      expect((await journal.failures('v')).size).toBe(1);
    });

    describe('the size of a revision', () => {
      it('is what the evidence of its files says, whoever copied them', async () => {
        const revision = revisionOf('v', [fileAt(0), fileAt(1), fileAt(2)]);
        await journal.seal(revision);
        expect(await journal.sizeOf('v', revision.digest)).toBe(0);
        await journal.recordOutcomes([
          copied(evidenceOf(fileAt(0).key, { sizeBytes: 5 })),
          copied(evidenceOf(fileAt(1).key, { sizeBytes: 2 ** 40 }), 'w'),
          copied(evidenceOf('not-in-it', { sizeBytes: 100 })),
          failed(failureOf(fileAt(2).key)),
        ]);
        expect(await journal.sizeOf('v', revision.digest)).toBe(2 ** 40 + 5);
      });

      it('is zero for a revision that was never sealed', async () => {
        expect(await journal.sizeOf('v', 'unknown')).toBe(0);
      });
    });

    describe('publications', () => {
      const publication = (revision: string): Publication => ({
        video: 'v',
        revision,
        at: '2026-11-02T10:00:00.000Z',
        documents: [{ key: 'v/main.m3u8', etag: '"e"', crc32: '00c0ffee', sizeBytes: 10 }],
      });

      it('are told as they were recorded, the latest one', async () => {
        expect(await journal.publication('v')).toBeUndefined();
        await journal.recordPublication(publication('r1'));
        await journal.recordPublication(publication('r2'));
        await journal.recordPublication(publication('r2'));
        expect(await journal.publication('v')).toEqual(publication('r2'));
        expect(await journal.publication('w')).toBeUndefined();
      });
    });

    describe('decisions', () => {
      const course: readonly Decision[] = [
        submitted('v', 'https://origin.example/v.m3u8'),
        decided('paused', 'v', '2026-11-02T11:00:00.000Z'),
        submitted('w', 'https://origin.example/w.m3u8'),
        decided('resumed', 'v', '2026-11-02T12:00:00.000Z'),
        { type: 'accepted', video: 'v', at: '2026-11-02T13:00:00.000Z', key: 'a', reason: 'lost at the source' },
        { type: 'accepted', video: 'v', at: '2026-11-02T13:00:00.000Z', key: 'b', reason: 'lost at the source' },
        decided('cancelled', 'w', '2026-11-02T14:00:00.000Z'),
      ];

      it('are told in the order they were made, of all videos or one', async () => {
        for (const decision of course) await journal.decide(decision);
        expect(await listOf(journal.decisions())).toEqual(course);
        expect(await listOf(journal.decisions('v'))).toEqual(course.filter(({ video }) => video === 'v'));
        expect(await listOf(journal.decisions('nobody'))).toEqual([]);
      });

      it('made twice are one, and the late double changes no order', async () => {
        for (const decision of [...course, ...course.slice(0, 2)]) await journal.decide(decision);
        expect(await listOf(journal.decisions())).toEqual(course);
      });

      it('are all told when they are more than anybody holds at once', async () => {
        const many = Array.from({ length: 1200 }, (_, index) =>
          decided('paused', `v${index % 2}`, `2026-11-02T10:00:00.${index}Z`),
        );
        for (const decision of many) await journal.decide(decision);
        expect(await listOf(journal.decisions())).toEqual(many);
        expect(await listOf(journal.decisions('v1'))).toHaveLength(600);
      });
    });

    describe('submissions', () => {
      it('are the latest of each video, whatever was decided since', async () => {
        const first = submitted('v', 'https://origin.example/old.m3u8');
        const second = submitted('v', 'https://origin.example/new.m3u8', '2026-11-03T10:00:00.000Z');
        for (const decision of [first, second, decided('paused', 'v', '2026-11-04T10:00:00.000Z'), first])
          await journal.decide(decision);
        expect(await journal.submission('v')).toEqual(second.type === 'submitted' && second.submission);
        expect(await journal.submission('w')).toBeUndefined();
        expect(await listOf(journal.submissions())).toEqual([await journal.submission('v')]);
      });

      it('are not there for videos about which only other things were decided', async () => {
        await journal.decide(decided('paused', 'v', '2026-11-04T10:00:00.000Z'));
        expect(await journal.submission('v')).toBeUndefined();
        expect(await listOf(journal.submissions())).toEqual([]);
      });

      it('are listed each once, in the order of their ids', async () => {
        const ids = Array.from({ length: 1100 }, (_, index) => `class-${(index * 7919) % 1100}`);
        for (const id of [...ids, ...ids.slice(0, 50)])
          await journal.decide(submitted(id, `https://origin.example/${id}.m3u8`));
        expect((await listOf(journal.submissions())).map(({ id }) => id)).toEqual([...ids].sort());
      });
    });

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
    });

    it('finds everything again when it is opened anew', async ({ skip }) => {
      const { reopen } = test;
      if (!reopen) return skip('this journal ends with its process');
      const revision = revisionOf('v', [fileAt(0), fileAt(1)]);
      await journal.seal(revision);
      await journal.recordOutcomes([copied(evidenceOf(fileAt(0).key)), failed(failureOf(fileAt(1).key))]);
      await journal.recordPublication({ video: 'v', revision: revision.digest, at: 'now', documents: [] });
      await journal.decide(submitted('v', 'https://origin.example/v.m3u8'));
      await journal.setSetting('root', 'https://origin.example');

      const after = await reopen();
      expect(readable(await after.revision('v', revision.digest))).toEqual(readable(headerOf(revision)));
      expect(await after.files('v', revision.digest, [[0, 2]])).toHaveLength(2);
      expect((await after.evidence([fileAt(0).key])).size).toBe(1);
      expect((await after.failures('v')).size).toBe(1);
      expect(await after.sizeOf('v', revision.digest)).toBe(1000);
      expect(await after.publication('v')).toEqual({ video: 'v', revision: revision.digest, at: 'now', documents: [] });
      expect(await listOf(after.decisions())).toEqual([submitted('v', 'https://origin.example/v.m3u8')]);
      expect((await after.submission('v'))?.playlistUrl).toBe('https://origin.example/v.m3u8');
      expect(await after.setting('root')).toBe('https://origin.example');
    });
  });
}
