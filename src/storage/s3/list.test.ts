import { describe, expect, it } from 'vitest';
import { parsePage } from './list.ts';

const page = (inner: string): string =>
  `<?xml version="1.0"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</ListBucketResult>`;

describe('a page of a listing', () => {
  it('names its objects and where the next page begins', () => {
    const xml = page(
      `<IsTruncated>true</IsTruncated><EncodingType>url</EncodingType><NextContinuationToken>a&amp;b=</NextContinuationToken>
      <Contents><Key>a+b/%C3%BC%26.ts</Key><ETag>&quot;e1&quot;</ETag><Size>7</Size><Owner><ID>x</ID></Owner></Contents>
      <Contents>\n<ETag>e2</ETag>\n<Key>c%2Bd</Key>\n<Size>0</Size>\n</Contents>`,
    );
    expect(parsePage(xml)).toEqual({
      next: 'a&b=',
      objects: [
        { key: 'a b/ü&.ts', sizeBytes: 7, etag: '"e1"' },
        { key: 'c+d', sizeBytes: 0, etag: '"e2"' },
      ],
    });
  });

  it('tells the storage class of an object where it is not the usual one', () => {
    const xml = page(
      '<Contents><Key>a</Key><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents><Contents><Key>b</Key><Size>1</Size><StorageClass>GLACIER</StorageClass></Contents>',
    );
    expect(parsePage(xml)?.objects.map(({ storageClass }) => storageClass)).toEqual([undefined, 'GLACIER']);
  });

  it('leaves keys as they are where the store did not encode them', () => {
    const xml = page('<IsTruncated>false</IsTruncated><Contents><Key>100%+&amp;</Key><Size>1</Size></Contents>');
    expect(parsePage(xml)).toEqual({ objects: [{ key: '100%+&', sizeBytes: 1, etag: '' }] });
  });

  it.each([['100%'], ['a b+c'], ['é']])(
    'leaves keys as they are where %j shows that none was encoded after all',
    (odd) => {
      const keys = ['a+b', odd];
      const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
      const xml = page(`<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents}`);
      expect(parsePage(xml)?.objects.map(({ key }) => key)).toEqual(keys);
    },
  );

  it('may be the last and empty', () => {
    expect(parsePage(page('<IsTruncated>false</IsTruncated>'))).toEqual({ objects: [] });
  });

  it.each([
    ['nothing', ''],
    ['a page for people', '<html></html>'],
    ['half a page', page('<Contents>').slice(0, -9)],
    ['a page that does not say where the next one begins', page('<IsTruncated>true</IsTruncated>')],
  ])('is not %s', (_, text) => {
    expect(parsePage(text)).toBeUndefined();
  });
});
