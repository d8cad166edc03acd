import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from './revision.ts';
import type { PlannedDocument, PlannedFile, Revision } from './revision.ts';

const file = (name: string): PlannedFile => ({
  key: `v/${name}`,
  url: `https://cdn.example/v/${name}`,
  role: 'segment',
});
const document = (name: string, text: string): PlannedDocument => ({
  key: `v/${name}`, url: `https://cdn.example/v/${name}`, role: 'media-playlist', body: new TextEncoder().encode(text),
}); // prettier-ignore
/** The digest of a plan whose playlists were all read. */
const digest = (plan: Pick<Revision, 'files' | 'documents'>): string => digestOf({ playlists: [], ...plan });
const a = file('a.ts');
const plan = { files: [a, file('b.ts')], documents: [document('media.m3u8', '#EXTM3U\na.ts\nb.ts\n')] };

test('a digest is 64 lower-case hex digits, the same for the same plan', () => {
  expect(digest(plan)).toMatch(/^[0-9a-f]{64}$/);
  expect(digest(structuredClone(plan))).toBe(digest(plan));
});

test('the order of files and of documents counts, because bits are numbered by it', () => {
  expect(digest({ ...plan, files: plan.files.toReversed() })).not.toBe(digest(plan));
  const documents = [document('audio.m3u8', 'x'), document('video.m3u8', 'y')];
  expect(digest({ files: [], documents })).not.toBe(digest({ files: [], documents: documents.toReversed() }));
});

test('each field of a file counts', () => {
  const others: readonly PlannedFile[] = [
    { ...a, key: 'v/c.ts' }, { ...a, url: 'https://other.example/v/a.ts' }, { ...a, role: 'key' }, { ...a, minSizeBytes: 1 }, { ...a, optional: true },
  ]; // prettier-ignore
  expect(new Set([a, ...others].map((one) => digest({ files: [one], documents: [] })))).toHaveLength(6);
});

test('key, role and each byte of a document count; where it came from does not', () => {
  const one = document('media.m3u8', 'x');
  const others: readonly PlannedDocument[] = [
    { ...one, key: 'v/b.m3u8' },
    { ...one, role: 'data' },
    document('media.m3u8', 'y'),
  ];
  expect(new Set([one, ...others].map((other) => digest({ files: [], documents: [other] })))).toHaveLength(4);
  expect(digest({ files: [], documents: [{ ...one, url: 'https://mirror.example/' }] })).toBe(
    digest({ files: [], documents: [one] }),
  );
});

test('validators and what else was read stay out of it', () => {
  const sealed = { ...plan, playlists: [{ url: 'x', validators: { etag: '"1"' }, sha256: '' }], warnings: ['odd tag'] };
  expect(digestOf(sealed)).toBe(digest(plan));
});

test('what was not there to be read counts, so that the plan is another once it is', () => {
  const withoutChapters = digestOf({
    ...plan,
    playlists: [{ url: 'https://cdn.example/v/chapters.json', validators: {} }],
  });
  expect(withoutChapters).not.toBe(digest(plan));
});

test('what says nothing about a file equals what says the default', () => {
  expect(digest({ files: [{ ...a, minSizeBytes: 0, optional: false }], documents: [] })).toBe(
    digest({ files: [a], documents: [] }),
  );
});

test('nothing moves from one field, file or document to its neighbour unseen', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', ']', '\\'), maxLength: 4 });
  const files = fc.array(fc.record({ key: text, url: text, role: fc.constant('segment' as const) }), { maxLength: 2 });
  const bodies = text.map((body) => new TextEncoder().encode(body));
  const documents = fc.array(
    fc.record({ key: text, url: fc.constant(''), role: fc.constant('data' as const), body: bodies }),
    { maxLength: 2 },
  );
  const plans = fc.record({ files, documents });
  const plain = (one: { files: readonly PlannedFile[]; documents: readonly PlannedDocument[] }): string =>
    JSON.stringify([one.files, one.documents.map(({ body, ...rest }) => ({ ...rest, body: [...body] }))]);
  fc.assert(
    fc.property(plans, plans, (one, other) => {
      expect(digest(one) === digest(other)).toBe(plain(one) === plain(other));
    }),
  );
});

test('a body that looks like the next document is not taken for it', () => {
  const two = digest({ files: [], documents: [document('x', ''), document('y', '')] });
  for (const body of ['["document","v/y","media-playlist",0]', '["document","v/y","media-playlist"]']) {
    expect(digest({ files: [], documents: [document('x', body)] })).not.toBe(two);
  }
});
