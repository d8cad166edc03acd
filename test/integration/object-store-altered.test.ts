import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/domain/failure.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { JournalObjects } from '../../src/journal/object/objects.ts';
import { guardWrites } from '../../src/storage/guard.ts';
import type { ObjectStore, PutOptions, PutResult } from '../../src/storage/object-store.ts';
import { persistUploads } from '../../src/storage/persist-uploads.ts';
import { probeStore } from '../../src/storage/probe/capabilities.ts';
import { allCapabilities } from '../contract/object-store/bench.ts';
import { startAlteringProxy } from '../servers/altering-proxy.ts';
import type { Alterations, AlteringProxy, PassingRequest } from '../servers/altering-proxy.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import type { Versitygw } from '../servers/versitygw.ts';

const { signal } = new AbortController();
const plain: PutOptions = { contentType: 'video/mp2t', cacheControl: 'public', signal };
const create = { condition: { ifNoneMatch: '*' } } as const;
const guardsAll = { ...allCapabilities, emptySegments: false };

const put = (store: ObjectStore, key: string, text: string, options: Partial<PutOptions> = {}): Promise<PutResult> =>
  store.put(key, Buffer.from(text), crc32Hex(Buffer.from(text)), { ...plain, ...options });
const upload = async (
  store: ObjectStore,
  key: string,
  text: string,
  options: Partial<PutOptions>,
): Promise<PutResult> => {
  const begun = await store.upload(key, { ...plain, ...options });
  await begun.part(1, Buffer.from(text), { signal });
  try {
    return await begun.complete(crc32Hex(Buffer.from(text)));
  } finally {
    await begun.abort();
  }
};
const failure = async (action: Promise<unknown>): Promise<Failure> =>
  action.then(() => expect.fail('it went well'), failureOf);

/** Stores that answer like ones that are found in the world, made of one that is strict. */
describe.skipIf(!hasVersitygw)('a store', () => {
  let server: Versitygw;
  beforeAll(async () => {
    server = await startVersitygw();
  });
  afterAll(() => server.stop());

  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });
  let prefixes = 0;
  const open = async (alterations: Alterations): Promise<{ store: ObjectStore; proxy: AlteringProxy }> => {
    const proxy = await startAlteringProxy(server.endpoint, alterations);
    const store = openS3At({ ...server, endpoint: proxy.endpoint }, `altered/${++prefixes}`);
    opened.push(store, { close: proxy.stop });
    return { store, proxy };
  };

  describe('that answers 304 where a write is refused by its condition', () => {
    const alterations: Alterations = {
      alter: ({ status }, { method }) => (status === 412 && method !== 'GET' ? { status: 304 } : undefined),
    };

    it('is found to honour conditions', async () => {
      const { store } = await open(alterations);
      expect(await probeStore(store, { signal })).toEqual(guardsAll);
    });

    it('keeps what stands there', async () => {
      const { store } = await open(alterations);
      await put(store, 'a.ts', 'first');
      const replace = { condition: { ifMatch: '"another"' } } as const;
      for (const condition of [create, replace]) {
        expect(await put(store, 'a.ts', 'second', condition)).toEqual({ result: 'precondition-failed' });
        expect(await upload(store, 'a.ts', 'second', condition)).toEqual({ result: 'precondition-failed' });
      }
      expect(await store.head('a.ts', { signal })).toMatchObject({ crc32: crc32Hex(Buffer.from('first')) });
    });
  });

  describe('whose policy allows no write but to a key that is free, and no deletion', () => {
    const alterations: Alterations = {
      refuse: ({ method, url, headers }) => {
        const isPart = url.includes('partNumber=') || /[?&]uploads(?:=|&|$)/.test(url);
        const isAllowed = method === 'GET' || method === 'HEAD' || isPart || headers['if-none-match'] === '*';
        return isAllowed ? undefined : { status: 403, code: 'AccessDenied' };
      },
    };

    it('is probed by such writes, also where an earlier probe could not be deleted', async () => {
      const { store } = await open(alterations);
      const found = { ...guardsAll, unconditional: false };
      for (let round = 0; round < 2; round++) expect(await probeStore(store, { signal })).toEqual(found);
    });

    it('takes what is new, and says that it lets nothing be replaced', async () => {
      const { store: raw } = await open(alterations);
      const store = guardWrites(raw, await probeStore(raw, { signal }));
      const created = await put(store, 'a.ts', 'first', create);
      expect(created).toMatchObject({ result: 'stored' });
      expect(await put(store, 'a.ts', 'second', create)).toEqual({ result: 'precondition-failed' });
      expect(await upload(store, 'large.ts', 'large', create)).toMatchObject({ result: 'stored' });
      const current = await store.head('a.ts', { signal });
      const replace = { condition: { ifMatch: current?.etag ?? '' } };
      for (const action of [put(store, 'a.ts', 'second', replace), upload(store, 'a.ts', 'second', replace)]) {
        expect(await failure(action)).toMatchObject({
          code: 'store.denied',
          message: expect.stringContaining('was to be replaced'),
        });
      }
    });
  });

  it('whose policy allows no write at all says so', async () => {
    const { store } = await open({ refuse: ({ method }) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined) }); // prettier-ignore
    expect(await failure(probeStore(store, { signal }))).toMatchObject({
      code: 'store.denied',
      message: expect.stringContaining('s3:PutObject'),
    });
  });

  describe('that knows no header with a CRC-32', () => {
    const refused = { status: 400, code: 'InvalidRequest' };
    const noCrc32: Alterations = {
      refuse: ({ headers }) => (headers['x-amz-checksum-crc32'] === undefined ? undefined : refused),
    };

    it('is sent the MD5, and refuses other bytes by it', async () => {
      const { store: raw, proxy } = await open(noCrc32);
      const capabilities = await probeStore(raw, { signal });
      expect(capabilities).toEqual({ ...guardsAll, checksums: 'md5' });
      const asked = proxy.requests.length;
      const store = guardWrites(raw, capabilities);
      expect(await put(store, 'a.ts', 'first', create)).toMatchObject({ result: 'stored' });
      expect(await upload(store, 'large.ts', 'large', create)).toMatchObject({ result: 'stored' });
      const bodies = proxy.requests.slice(asked).filter(({ method }) => method === 'PUT');
      expect(bodies.map(({ headers }) => headers['content-md5'] !== undefined)).toEqual([true, true]);
    });

    it('nor one with an MD5 is sent neither, and what it has is compared', async () => {
      const { store: raw, proxy } = await open({
        refuse: (request) => (request.headers['content-md5'] === undefined ? noCrc32.refuse?.(request) : refused),
      });
      const capabilities = await probeStore(raw, { signal });
      expect(capabilities).toEqual({ ...guardsAll, checksums: 'none' });
      const asked = proxy.requests.length;
      const store = guardWrites(raw, capabilities);
      expect(await put(store, 'a.ts', 'first', create)).toMatchObject({ result: 'stored' });
      expect(await upload(store, 'large.ts', 'large', create)).toMatchObject({ result: 'stored' });
      // The ETag in the answer is the MD5: there is nothing more to ask.
      expect(proxy.requests.slice(asked, asked + 2).map(({ method }) => method)).toEqual(['PUT', 'POST']);
    });
  });

  it('that has no such bucket, and would make one, is not written to', async () => {
    const proxy = await startAlteringProxy(server.endpoint);
    const store = openS3At({ ...server, bucket: 'mistyped', endpoint: proxy.endpoint }, 'altered');
    opened.push(store, { close: proxy.stop });
    expect(await failure(probeStore(store, { signal }))).toMatchObject({ code: 'store.no-bucket' });
    expect(proxy.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('whose policy wants a condition with every write gets one, also over what stands there', async () => {
    const { store: raw, proxy } = await open({
      refuse: ({ method, url, headers }) => {
        const isWrite = method === 'PUT' && !url.includes('partNumber=');
        const isConditional = headers['if-none-match'] !== undefined || headers['if-match'] !== undefined;
        return isWrite && !isConditional ? { status: 403, code: 'AccessDenied' } : undefined;
      },
    });
    const capabilities = await probeStore(raw, { signal });
    expect(capabilities).toEqual({ ...guardsAll, unconditional: false });
    const asked = proxy.requests.length;
    const journal = new JournalObjects(guardWrites(raw, capabilities), signal);
    for (const text of ['first', 'second']) {
      expect(await journal.write('state/a.json', Buffer.from(text), { contentType: 'application/json' })).toBe(true);
    }
    expect(String(await journal.read('state/a.json'))).toBe('second');
    expect(proxy.requests.slice(asked).map(({ method }) => method)).toEqual(['HEAD', 'PUT', 'HEAD', 'PUT', 'GET']);
  });

  describe.each([
    ['no ETag and no checksum', ''],
    ['another ETag and no checksum', '<ETag>"another-1"</ETag>'],
  ])('that answers the end of an upload with %s', (_, etag) => {
    const isComplete = ({ method, url }: PassingRequest): boolean => method === 'POST' && url.includes('uploadId=');
    const alterations: Alterations = {
      rewrite: (request) =>
        isComplete(request)
          ? (body) => body.replace(/<Checksum(\w+)>[^<]*<\/Checksum\1>/g, '').replace(/<ETag>[^<]*<\/ETag>/, etag)
          : undefined,
    };

    it('is asked for the ETag that the object has', async () => {
      const { store } = await open(alterations);
      const uploaded = await upload(store, 'a.mp4', 'bytes', create);
      const found = (await store.head('a.mp4', { signal }))?.etag;
      expect(found).toMatch(/"[0-9a-f]{32}/);
      expect(uploaded).toEqual({ result: 'stored', etag: found });
      expect(await put(store, 'a.mp4', 'after', { condition: { ifMatch: found ?? '' } })).toMatchObject({
        result: 'stored',
      });
    });
  });

  describe('whose answer to the end of an upload is lost, and that', () => {
    const isComplete = ({ method, url }: PassingRequest): boolean => method === 'POST' && url.includes('uploadId=');
    /** The first request to complete is obeyed or not, and answered with 500; the others are refused. */
    const forgetful = (obeys: boolean, refusal: { readonly status: number; readonly code: string }): Alterations => {
      let asked = 0;
      return {
        refuse: (request) => {
          if (!isComplete(request)) return undefined;
          asked += 1;
          if (asked > 1) return refusal;
          return obeys ? undefined : { status: 500, code: 'InternalError' };
        },
        alter: (_, request) => (isComplete(request) ? { status: 500 } : undefined),
      };
    };
    const noSuchUpload = { status: 404, code: 'NoSuchUpload' };

    it.each([noSuchUpload, { status: 403, code: 'AccessDenied' }, { status: 412, code: 'PreconditionFailed' }])(
      'answers the next one with $status $code, is asked for the object, which is there',
      async (refusal) => {
        const { store, proxy } = await open(forgetful(true, refusal));
        const sent = await upload(persistUploads(store), 'a.mp4', 'bytes', create);
        expect(sent).toEqual({ result: 'stored', etag: (await store.head('a.mp4', { signal }))?.etag });
        expect(proxy.requests.filter(isComplete)).toHaveLength(2);
      },
    );

    it('knows no such upload any more is not asked for ever, and what stands there is not taken for it', async () => {
      const { store, proxy } = await open(forgetful(false, noSuchUpload));
      await put(store, 'a.mp4', 'other');
      expect(await failure(upload(persistUploads(store), 'a.mp4', 'bytes', {}))).toMatchObject({
        code: 'store.status',
        retryable: true,
        status: 404,
      });
      expect(proxy.requests.filter(isComplete)).toHaveLength(2);
      expect(await store.head('a.mp4', { signal })).toMatchObject({ crc32: crc32Hex(Buffer.from('other')) });
    });

    it('knows no such upload any more has replaced nothing where the object is the one that was seen', async () => {
      const { store } = await open(forgetful(false, noSuchUpload));
      const written = await put(store, 'a.mp4', 'bytes');
      const condition = written.result === 'stored' ? { ifMatch: written.etag } : undefined;
      expect(await failure(upload(persistUploads(store), 'a.mp4', 'bytes', { condition }))).toMatchObject({
        status: 404,
      });
    });
  });

  describe('whose listing says that more follows', () => {
    const listing = async (more: string): Promise<readonly string[]> => {
      const truncated = `<IsTruncated>true</IsTruncated>${more}`;
      const { store } = await open({
        rewrite: ({ url }) =>
          url.includes('list-type=2')
            ? (body) => body.replace(/<IsTruncated>.*?<\/IsTruncated>/, truncated)
            : undefined,
      });
      for (const key of ['a', 'b']) await put(store, key, key);
      const keys: string[] = [];
      for await (const { key } of store.list('', { signal })) keys.push(key);
      return keys;
    };

    it('and not where is not taken for a whole one', async () => {
      expect(await failure(listing(''))).toMatchObject({ code: 'store.status', retryable: true });
    });

    it('where it began is not followed for ever', async () => {
      const again = '<NextContinuationToken>a</NextContinuationToken>';
      expect(await failure(listing(again))).toMatchObject({ code: 'store.status', retryable: true });
    });
  });

  describe('that knows no checksums of whole objects', () => {
    const refused = { status: 501, code: 'NotImplemented' };
    const hasType = ({ headers, url }: PassingRequest): boolean =>
      headers['x-amz-checksum-type'] !== undefined && url.includes('upload');
    const isComplete = ({ method, url }: PassingRequest): boolean => method === 'POST' && url.includes('uploadId=');
    const keepsNone: Alterations['alter'] = ({ headers: { 'x-amz-checksum-crc32': _, ...headers } }) => ({ headers });

    it.each<[at: string, isRefused: (request: PassingRequest) => boolean]>([
      ['beginning', hasType],
      ['end', (request) => hasType(request) && isComplete(request)],
    ])('at the %s of an upload is asked again without them, and later at once', async (_, isRefused) => {
      const { store, proxy } = await open({
        refuse: (request) => (isRefused(request) ? refused : undefined),
        alter: keepsNone,
      });
      for (const key of ['a.mp4', 'b.mp4']) {
        expect(await upload(store, key, key, create)).toMatchObject({ result: 'stored' });
        expect(await store.head(key, { signal })).toMatchObject({ sizeBytes: key.length });
      }
      expect(await upload(store, 'a.mp4', 'other', create)).toEqual({ result: 'precondition-failed' });
      expect(proxy.requests.filter(isRefused)).toHaveLength(1);
    });

    it('and does not answer when the joined object is looked at is not asked to join it again', async () => {
      const [asked, looked] = [new Set<string>(), new Set<string>()];
      const isFirst = (seen: Set<string>, { url }: PassingRequest): boolean => seen.size < seen.add(url).size;
      const { store, proxy } = await open({
        refuse: (request) => {
          if (hasType(request)) return refused;
          if (isComplete(request) && !isFirst(asked, request)) return { status: 404, code: 'NoSuchUpload' };
          if (request.method === 'HEAD' && isFirst(looked, request)) return { status: 503, code: 'SlowDown' };
          return undefined;
        },
        alter: keepsNone,
      });
      expect(await upload(persistUploads(store), 'a.mp4', 'bytes', create)).toMatchObject({ result: 'stored' });
      expect(proxy.requests.filter(isComplete)).toHaveLength(1);
    });

    it('and joins parts to other bytes keeps none of them', async () => {
      const { store } = await open({ refuse: (request) => (hasType(request) ? refused : undefined), alter: keepsNone });
      const begun = await store.upload('a.mp4', { ...plain, ...create });
      await begun.part(1, Buffer.from('bytes'), { signal });
      expect(await failure(begun.complete('00000000'))).toMatchObject({ code: 'store.checksum' });
      expect(await store.head('a.mp4', { signal })).toBeUndefined();
    });

    it('is not taken for one that names wrong bytes', async () => {
      const { store, proxy } = await open({});
      const begun = await store.upload('a.mp4', { ...plain, ...create });
      await begun.part(1, Buffer.from('bytes'), { signal });
      expect(await failure(begun.complete('00000000'))).toMatchObject({ code: 'store.checksum' });
      expect(proxy.requests.filter(isComplete)).toHaveLength(1);
      await begun.abort();
    });
  });
});

it('a store that takes no checksum of a part is sent parts without', async () => {
  const server = await startFauxqs();
  const proxy = await startAlteringProxy(server.endpoint, {
    refuse: ({ url, headers }) =>
      url.includes('partNumber=') && headers['x-amz-checksum-crc32'] !== undefined
        ? { status: 400, code: 'InvalidRequest' }
        : undefined,
  });
  const store = openS3At({ ...server, endpoint: proxy.endpoint }, 'parts');
  try {
    for (const key of ['a.mp4', 'b.mp4']) {
      expect(await upload(store, key, key, {})).toMatchObject({ result: 'stored' });
      expect(await store.head(key, { signal })).toMatchObject({ sizeBytes: key.length });
    }
    const parts = proxy.requests.filter(({ url }) => url.includes('partNumber='));
    expect(parts.map(({ headers }) => headers['x-amz-checksum-crc32'] !== undefined)).toEqual([true, false, false]);
  } finally {
    await store.close();
    await proxy.stop();
    await server.stop();
  }
});
