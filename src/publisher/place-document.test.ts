import { describe, expect, it } from 'vitest';
import type { ExistingPolicy } from '../domain/batch.ts';
import type { PlannedDocument } from '../domain/revision.ts';
import type { SourceIdentity } from '../domain/names/source-identity.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { placeDocument } from './place-document.ts';
import type { PlacedDocument } from './place-document.ts';

const never = new AbortController().signal;
const key = 'v/index.m3u8';
const url = `https://cdn.example/${key}`;
const documentOf = (text: string): PlannedDocument => ({
  key,
  url,
  role: 'media-playlist',
  body: Buffer.from(text),
});

/** A destination, and a publisher whose first `put` finds that something happened just before it. */
function setUp(existing: ExistingPolicy = 'verify') {
  const store = openMemoryStore();
  let happens: (() => Promise<unknown>) | undefined;
  const put: ObjectStore['put'] = async (...given) => {
    const happening = happens;
    happens = undefined;
    await happening?.();
    return store.put(...given);
  };
  const publishFor = (
    identity: SourceIdentity,
    text: string,
    revision: string,
    isCurrent = (): Promise<boolean> => Promise.resolve(true),
    previous?: PlacedDocument['document'],
  ) => {
    const place = { revision, identity, isCurrent, ...(previous ? { previous } : {}) };
    return placeDocument(documentOf(text), place, { store: { ...store, put }, existing }, never);
  };
  const publish = (
    text: string,
    revision: string,
    isCurrent?: () => Promise<boolean>,
    previous?: PlacedDocument['document'],
  ) => publishFor({ url }, text, revision, isCurrent, previous);
  return {
    publish,
    publishFor,
    beforeWrite: (happening: () => Promise<unknown>) => void (happens = happening),
    plant(text: string) {
      const body = Buffer.from(text);
      return store.put(key, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
    },
    text: () => Buffer.from(store.objects.get(key)?.body ?? []).toString(),
    etag: () => store.objects.get(key)?.etag,
  };
}

describe('A document', () => {
  it('that another run of the same job wrote just before is left and counts as published', async () => {
    const { publish, beforeWrite, etag } = setUp();
    beforeWrite(() => publish('ours', 'r1'));
    const placed = await publish('ours', 'r1');
    expect(placed).toMatchObject({ document: { key, etag: etag() }, isReplacement: false });
  });

  it('that gets other bytes is a replacement, also for a publisher that finds them there', async () => {
    const { publish } = setUp();
    expect(await publish('one', 'r1')).toMatchObject({ isReplacement: false });
    const { document: previous } = (await publish('one', 'r1')) ?? {};
    expect(await publish('two', 'r2')).toMatchObject({ isReplacement: true });
    // One that was lost before it said so: with or without a record of what stood there before.
    expect(await publish('two', 'r2', undefined, previous)).toMatchObject({ isReplacement: true });
    const { document: present } = (await publish('two', 'r2')) ?? {};
    expect(await publish('two', 'r2')).toMatchObject({ isReplacement: true });
    expect(await publish('two', 'r2', undefined, present)).toMatchObject({ isReplacement: false });
  });

  it('of a URL with tokens is not told to replace what may be another video’s', async () => {
    const { publishFor, plant } = setUp();
    await plant('no metadata says whose this is');
    const published = publishFor({ url, video: 'a' }, 'ours', 'r1');
    await expect(published).rejects.toMatchObject({
      code: 'key.conflict',
      message: expect.stringContaining('--key-params'),
    });
  });

  it('of an older revision that came just before is replaced', async () => {
    const { publish, beforeWrite, text } = setUp();
    beforeWrite(() => publish('older', 'r1'));
    await publish('newer', 'r2');
    expect(text()).toBe('newer');
  });

  it.each(['verify', 'overwrite'] as const)(
    'of a newer revision that came just before stays, with %s',
    async (existing) => {
      const { publish, beforeWrite, text, plant } = setUp(existing);
      if (existing === 'overwrite') await plant('foreign');
      let isCurrent = true;
      beforeWrite(() => {
        isCurrent = false;
        return publish('newer', 'r2');
      });
      expect(await publish('older', 'r1', () => Promise.resolve(isCurrent))).toBeUndefined();
      expect(text()).toBe('newer');
    },
  );

  it('that changes each time it is about to be written may be tried again', async () => {
    const { publish, beforeWrite, text } = setUp();
    beforeWrite(async () => {
      await publish('one', 'r1');
      beforeWrite(() => publish('two', 'r2'));
    });
    await expect(publish('ours', 'r3')).rejects.toMatchObject({ failure: { code: 'store.status', retryable: true } });
    expect(text()).toBe('two');
  });

  it('of a URL that had tokens is not put over that of another video, which they may have chosen', async () => {
    const { publishFor, text } = setUp();
    await publishFor({ url, video: 'a' }, 'first of a', 'r1');
    await publishFor({ url, video: 'a' }, 'of a', 'r2');
    await expect(publishFor({ url, video: 'b' }, 'of b', 'r3')).rejects.toMatchObject({ code: 'key.conflict' });
    await expect(publishFor({ url }, 'without tokens', 'r4')).rejects.toMatchObject({ code: 'key.conflict' });
    expect(text()).toBe('of a');
    await publishFor({ url, video: 'b' }, 'of a', 'r5');
    expect(text()).toBe('of a');
  });

  it('is not put over what somebody else wrote, before or just now, unless it is to', async () => {
    const late = setUp();
    late.beforeWrite(() => late.plant('foreign'));
    await expect(late.publish('ours', 'r1')).rejects.toMatchObject({ code: 'store.conflict' });
    await expect(late.publish('ours', 'r1')).rejects.toMatchObject({ code: 'store.conflict' });
    expect(late.text()).toBe('foreign');

    const forced = setUp('overwrite');
    forced.beforeWrite(() => forced.plant('foreign'));
    await forced.publish('ours', 'r1');
    expect(forced.text()).toBe('ours');
  });
});
