import { describe, expect, test } from 'vitest';
import type { ExistingPolicy, FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Evidence, Outcome } from '../domain/outcome.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemorySource } from '../storage/memory-source.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import { createHeldBytes } from './held-bytes.ts';
import { copyFile } from './copy-file.ts';

const never = new AbortController().signal;
const url = 'https://cdn.example/v/seg.ts';
const task: FileTask = {
  index: 3,
  key: 'v/seg.ts',
  url,
  fetchUrl: `${url}?token=secret`,
  role: 'segment',
  contentType: 'video/mp2t',
  cacheControl: 'immutable',
  tries: 1,
};

function setUp(bytes = 'media') {
  const source = openMemorySource({ [task.fetchUrl]: { bytes } });
  const store = openMemoryStore();
  const ports = {
    source,
    store,
    bytes: createHeldBytes(1000).line(),
    now: () => 1_000_000,
    worker: 'w',
  };
  const copy = (changes: Partial<FileTask> = {}, existing: ExistingPolicy = 'verify', video = 'v'): Promise<Outcome> =>
    copyFile({ ...task, ...changes }, { existing, sha256: false, generation: 'g', video }, ports, never);
  return { source, store, ports, copy };
}

const evidenceOf = (outcome: Outcome): Evidence => {
  if (outcome.kind === 'failed') throw new Error(outcome.failure.failure.message);
  return outcome.evidence;
};

describe('Copying one file', () => {
  test('leaves evidence of what was written, and the token in none of it', async () => {
    const { copy, store } = setUp();
    const outcome = await copy();
    expect(outcome).toMatchObject({ index: 3, kind: 'copied' });
    expect(evidenceOf(outcome)).toMatchObject({
      key: 'v/seg.ts',
      url,
      sizeBytes: 5,
      crc32: crc32Hex(Buffer.from('media')),
      proof: 'written',
      tries: 2,
      worker: 'w',
    });
    expect(JSON.stringify(outcome)).not.toContain('secret');
    expect(store.objects.get('v/seg.ts')).toMatchObject({ contentType: 'video/mp2t', cacheControl: 'immutable' });
  });

  test('asks only whether it changed when evidence is at hand, and writes nothing', async () => {
    const { copy, store } = setUp();
    const prior = evidenceOf(await copy());
    const before = store.objects.get('v/seg.ts');
    expect(evidenceOf(await copy({ prior })).proof).toBe('not-modified');
    expect(store.objects.get('v/seg.ts')).toBe(before);
  });

  test('replaces exactly what the evidence knows when the source has changed', async () => {
    const { copy, source, store } = setUp();
    const prior = evidenceOf(await copy());
    source.objects.set(task.fetchUrl, { bytes: 'other' });
    expect(evidenceOf(await copy({ prior })).proof).toBe('written');
    expect(Buffer.from(store.objects.get('v/seg.ts')?.body ?? []).toString()).toBe('other');
  });

  test('creates it again where what the evidence knows was removed', async () => {
    const { copy, source, store } = setUp();
    const prior = evidenceOf(await copy());
    source.objects.set(task.fetchUrl, { bytes: 'other' });
    store.objects.clear();
    expect(evidenceOf(await copy({ prior })).proof).toBe('written');
  });

  test('replaces what a killed run wrote from the same URL and left no evidence of', async () => {
    const { copy, source, store } = setUp();
    await copy();
    source.objects.set(task.fetchUrl, { bytes: 'other' });
    expect(evidenceOf(await copy()).proof).toBe('written');
    expect(store.objects.get('v/seg.ts')?.sizeBytes).toBe(5);
  });

  test('leaves what bears our mark where the source has changed since: whoever is late is not to undo what is newer', async () => {
    const { copy, source, store } = setUp('newer');
    await copy();
    source.objects.set(task.fetchUrl, (request) => ({ bytes: request === 2 ? 'older' : 'newer' }));
    expect(await copy()).toMatchObject({ kind: 'failed', failure: { failure: { code: 'source.changed' } } });
    expect(store.objects.get('v/seg.ts')?.crc32).toBe(crc32Hex(Buffer.from('newer')));
  });

  test('does not touch what somebody else changed meanwhile', async () => {
    const { copy, source, store } = setUp();
    const prior = evidenceOf(await copy());
    const foreign = Buffer.from('foreign');
    await store.put('v/seg.ts', foreign, crc32Hex(foreign), { contentType: '', cacheControl: '', signal: never });
    source.objects.set(task.fetchUrl, { bytes: 'other' });
    expect(await copy({ prior })).toMatchObject({ kind: 'failed', failure: { failure: { code: 'store.conflict' } } });
  });

  test('reads the object back where the store keeps no checksum', async () => {
    const { copy, store } = setUp();
    await copy();
    const standing = store.objects.get('v/seg.ts');
    if (standing) {
      const { crc32: _, ...bare } = standing;
      store.objects.set('v/seg.ts', bare);
    }
    expect(evidenceOf(await copy()).proof).toBe('same-checksum');
  });

  test('refuses a key that another URL filled with other bytes', async () => {
    const { copy, source } = setUp();
    const prior = evidenceOf(await copy());
    source.objects.set('https://other.example/seg.ts', { bytes: 'different' });
    const other = await copy({ prior, url: 'https://other.example/seg.ts', fetchUrl: 'https://other.example/seg.ts' });
    expect(other).toMatchObject({ kind: 'failed', failure: { failure: { code: 'key.conflict' } } });
  });

  describe('from a URL that had tokens, which may have chosen it', () => {
    const other = `${url}?token=of-w`;
    const w = (changes: Partial<FileTask> = {}): [Partial<FileTask>, ExistingPolicy, string] => [
      { fetchUrl: other, ...changes },
      'verify',
      'w',
    ];

    test.each(['with evidence', 'without'])(
      'does not replace what another video has at its key, %s of it',
      async (having) => {
        const { copy, source, store } = setUp();
        const prior = evidenceOf(await copy());
        source.objects.set(other, { bytes: 'of w' });
        const late = await copy(...w(having === 'without' ? {} : { prior }));
        expect(late).toMatchObject({ failure: { failure: { code: 'key.conflict' } } });
        expect(store.objects.get('v/seg.ts')?.crc32).toBe(crc32Hex(Buffer.from('media')));
      },
    );

    test('asks for the bytes, though the source may give one ETag to all', async () => {
      const { copy, source } = setUp();
      source.objects.set(task.fetchUrl, { bytes: 'media', etag: '"all"' });
      const prior = evidenceOf(await copy());
      source.objects.set(other, { bytes: 'of w', etag: '"all"' });
      expect(await copy(...w({ prior }))).toMatchObject({ failure: { failure: { code: 'key.conflict' } } });
      source.objects.set(other, { bytes: 'media', etag: '"all"' });
      expect(evidenceOf(await copy(...w({ prior })))).toMatchObject({ proof: 'same-checksum', video: 'w' });
    });

    test('does not replace what has no tokens, nor is it replaced by that', async () => {
      const { copy, source, store } = setUp();
      source.objects.set(url, { bytes: 'plain' });
      const plain = { fetchUrl: url };
      const prior = evidenceOf(await copy());
      for (const known of [{}, { prior }]) {
        expect(await copy({ ...plain, ...known })).toMatchObject({ failure: { failure: { code: 'store.conflict' } } });
      }
      store.objects.clear();
      await copy(plain);
      expect(await copy()).toMatchObject({ failure: { failure: { code: 'key.conflict' } } });
    });
  });

  test('takes the same bytes from another URL for the same file', async () => {
    const { copy, source } = setUp();
    const prior = evidenceOf(await copy());
    source.objects.set('http://cdn.example/v/seg.ts', { bytes: 'media', etag: '"x"' });
    const moved = await copy({ prior, url: 'http://cdn.example/v/seg.ts', fetchUrl: 'http://cdn.example/v/seg.ts' });
    expect(evidenceOf(moved).proof).toBe('same-checksum');
  });

  test('with skip, fetches nothing that stands there', async () => {
    const { copy, source } = setUp();
    await copy();
    source.requests.length = 0;
    expect(evidenceOf(await copy({}, 'skip'))).toMatchObject({ proof: 'present', crc32: '' });
    expect(source.requests).toEqual([]);
  });

  test('with overwrite, fetches and writes whatever is there', async () => {
    const { copy, store } = setUp();
    const prior = evidenceOf(await copy());
    const foreign = Buffer.from('foreign');
    await store.put('v/seg.ts', foreign, crc32Hex(foreign), { contentType: '', cacheControl: '', signal: never });
    expect(evidenceOf(await copy({ prior }, 'overwrite')).proof).toBe('written');
    expect(store.objects.get('v/seg.ts')?.crc32).toBe(crc32Hex(Buffer.from('media')));
  });

  test('with overwrite, does not look first at what is new, or at what the evidence knows', async () => {
    const { source, store, ports } = setUp();
    const looked: string[] = [];
    const head: ObjectStore['head'] = (key, options) => {
      looked.push(key);
      return store.head(key, options);
    };
    const policy = { existing: 'overwrite', sha256: false, generation: 'g', video: 'v' } as const;
    const overwriting = { ...ports, store: { ...store, head } };
    const prior = evidenceOf(await copyFile(task, policy, overwriting, never));
    source.objects.set(task.fetchUrl, { bytes: 'other' });
    expect(evidenceOf(await copyFile({ ...task, prior }, policy, overwriting, never)).proof).toBe('written');
    expect(looked).toEqual([]);
  });

  test('with overwrite too, leaves what is newer where the source has changed since', async () => {
    const { copy, source, store } = setUp('older');
    const prior = evidenceOf(await copy());
    source.objects.set(task.fetchUrl, { bytes: 'newer' });
    await copy({ prior });
    source.objects.set(task.fetchUrl, (request) => ({ bytes: request === 3 ? 'older' : 'newer' }));
    const late = await copy({ prior }, 'overwrite');
    expect(late).toMatchObject({ kind: 'failed', failure: { failure: { code: 'source.changed' } } });
    expect(store.objects.get('v/seg.ts')?.crc32).toBe(crc32Hex(Buffer.from('newer')));
  });

  test.each(['verify', 'overwrite'] as const)(
    'with %s, is to be tried again when another of ours writes between look and write',
    async (existing) => {
      const { copy, source, store, ports } = setUp();
      await copy();
      source.objects.set(task.fetchUrl, { bytes: 'other' });
      const head: ObjectStore['head'] = async (key, options) => {
        const standing = await store.head(key, options);
        const object = store.objects.get(key);
        if (object) store.objects.set(key, { ...object, etag: '"a third"' });
        return standing;
      };
      const policy = { existing, sha256: false, generation: 'g', video: 'v' };
      expect(await copyFile(task, policy, { ...ports, store: { ...store, head } }, never)).toMatchObject({
        failure: { failure: { code: 'store.status', retryable: true } },
      });
      expect(evidenceOf(await copy({}, existing)).proof).toBe('written');
    },
  );

  test('is done with a file marked GAP that the source does not have', async () => {
    const { copy, source } = setUp();
    source.objects.clear();
    expect(evidenceOf(await copy({ optional: true })).proof).toBe('absent-optional');
    expect(await copy()).toMatchObject({ kind: 'failed', failure: { failure: { code: 'source.not-found' } } });
  });

  test('is done with a file marked GAP that the source denies, once that was no matter of its token', async () => {
    const { copy, source } = setUp();
    source.objects.set(task.fetchUrl, () => {
      throw new FlantsError('source.denied', 'refused access (status 403)', { status: 403 });
    });
    const denied = { kind: 'failed', failure: { failure: { code: 'source.denied' } } };
    expect(await copy({ optional: true, tries: 0 })).toMatchObject(denied);
    expect(evidenceOf(await copy({ optional: true, tries: 1 })).proof).toBe('absent-optional');
    expect(await copy({ tries: 1 })).toMatchObject(denied);
  });

  describe('whose end is only the end of its connection', () => {
    /** Its bodies come in turn, and say nothing of their length. */
    function unframed(bodies: readonly string[]) {
      const { source, store, ports } = setUp();
      source.objects.set(task.fetchUrl, (request) => ({ bytes: bodies[request - 1] ?? '', etag: null }));
      const fetch: Source['fetch'] = async (...args) => {
        const object = await source.fetch(...args);
        if (object.result === 'not-modified') return object;
        const { sizeBytes: _, ...rest } = object;
        return { ...rest, isUnframed: true };
      };
      const policy = { existing: 'verify', sha256: false, generation: 'g', video: 'v' } as const;
      const copy = (changes: Partial<FileTask> = {}): Promise<Outcome> =>
        copyFile({ ...task, ...changes }, policy, { ...ports, source: { ...source, fetch } }, never);
      return { source, store, copy };
    }

    test('is taken when it comes a second time as it came the first', async () => {
      const { copy, source } = unframed(['media', 'media']);
      expect(await copy()).toMatchObject({ kind: 'copied', evidence: { sizeBytes: 5 } });
      expect(source.requests).toHaveLength(2);
    });

    test.each([
      ['shorter', 'med', 'media'],
      ['longer', 'media', 'med'],
      ['other', 'media', 'medic'],
    ])('is not taken when it was %s before', async (_, first, second) => {
      const { copy, store } = unframed([first, second]);
      expect(await copy()).toMatchObject({
        kind: 'failed',
        failure: { failure: { code: 'source.short-body', retryable: true } },
      });
      expect(store.objects.size).toBe(0);
    });

    test('is fetched once when it is what the evidence knows', async () => {
      const { copy, source } = unframed(['media', 'media', 'media']);
      const prior = evidenceOf(await copy());
      expect(evidenceOf(await copy({ prior })).proof).toBe('same-checksum');
      expect(source.requests).toHaveLength(3);
    });
  });

  test('says of a file that the source has lost if its copy stands', async () => {
    const { copy, source, store } = setUp();
    const prior = evidenceOf(await copy());
    source.objects.clear();
    const said = async (changes: Partial<FileTask>): Promise<string> => JSON.stringify(await copy(changes));
    expect(await said({ prior })).toMatch(
      /source.not-found.*its copy of .* stays at the destination, also if you accept/,
    );
    expect(await said({})).not.toContain('its copy');
    store.objects.clear();
    expect(await said({ prior })).not.toContain('its copy');
  });

  test('makes any error an outcome', async () => {
    const { copy, source } = setUp();
    source.objects.set(task.fetchUrl, () => {
      throw new TypeError('a bug');
    });
    expect(await copy()).toMatchObject({ kind: 'failed', failure: { tries: 2, failure: { code: 'internal' } } });
    source.objects.set(task.fetchUrl, () => {
      throw new FlantsError('source.throttled', 'later', { status: 429, retryAfterMs: 5000 });
    });
    expect(await copy()).toMatchObject({ failure: { failure: { code: 'source.throttled', retryAfterMs: 5000 } } });
  });
});
