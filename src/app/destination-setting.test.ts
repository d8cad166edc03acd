import { expect, it } from 'vitest';
import { ofAnother } from './destination-setting.ts';
import type { DestinationSetting } from './destination-setting.ts';

const at = (bucket: string, endpoint?: string): DestinationSetting => ({
  name: `s3://${bucket}/vod`,
  store: {
    kind: 's3',
    bucket,
    prefix: 'vod',
    region: 'us-east-1',
    connections: 1,
    ...(endpoint === undefined ? {} : { endpoint }),
  },
});

it('two destinations are told apart by their names, or else by their stores', () => {
  expect(ofAnother(at('a'), at('b', 'http://minio:9000'))).toBe('of s3://a/vod, not of s3://b/vod');
  expect(ofAnother(at('a'), at('a', 'http://minio:9000'))).toBe(
    'of s3://a/vod at AWS, not of s3://a/vod at http://minio:9000',
  );
  const folder: DestinationSetting = { name: '/srv/vod', store: { kind: 'folder', path: '/srv/vod' } };
  expect(ofAnother(at('a'), folder)).toBe('of s3://a/vod, not of /srv/vod');
});
