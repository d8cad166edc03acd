import { expect, it } from 'vitest';
import type { BucketSettings, CorsRule } from '../../storage/s3/bucket-settings.ts';
import { judgeBucket } from './bucket.ts';

const rule: CorsRule = {
  origins: ['*'],
  methods: ['GET', 'HEAD'],
  allowedHeaders: ['*'],
  exposedHeaders: ['Content-Length', 'Content-Range'],
};
const healthy: BucketSettings = {
  cors: { known: 'set', value: [rule] },
  versioning: { known: 'none' },
  retention: { known: 'none' },
  lifecycle: { known: 'set', value: { abortsUploadsAfterDays: 7, expiresOldVersions: false } },
};
const judge = (settings: Partial<BucketSettings> = {}) =>
  judgeBucket('media', { ...healthy, ...settings })
    .filter(({ level }) => level !== 'ok')
    .map(({ check, level, message, mend = '' }) => ({ check, level, text: `${message} ${mend}` }));
const cors = (change: Partial<CorsRule>) => judge({ cors: { known: 'set', value: [{ ...rule, ...change }] } });

it('nothing is wrong with a bucket that is set up for players', () => {
  expect(judge()).toEqual([]);
  expect(cors({ allowedHeaders: ['Range'], exposedHeaders: ['*'] })).toEqual([]);
});

it.each([
  ['GET and HEAD', { methods: ['GET'] }],
  ['the header Range', { allowedHeaders: ['Authorization'] }],
  ['exposes Content-Length', { exposedHeaders: ['ETag'] }],
])('a CORS rule that lacks %s is named, with the line that mends it', (text, change) => {
  expect(cors(change)).toMatchObject([{ check: 'CORS', level: 'warning', text: expect.stringContaining(text) }]);
  expect(cors(change)[0]?.text).toContain('aws s3api put-bucket-cors --bucket media');
});

it('the rule that lacks least is judged', () => {
  expect(judge({ cors: { known: 'set', value: [{ ...rule, methods: [] }, rule] } })).toEqual([]);
});

it('uploads that nobody ends, and old versions that nobody removes, are warnings', () => {
  expect(judge({ lifecycle: { known: 'none' }, versioning: { known: 'set', value: 'Enabled' } })).toMatchObject([
    { check: 'versioning', text: expect.stringContaining('NoncurrentVersionExpiration') },
    { check: 'lifecycle', text: expect.stringContaining('AbortIncompleteMultipartUpload') },
  ]);
  const lifecycle = { known: 'set', value: { abortsUploadsAfterDays: 1, expiresOldVersions: true } } as const;
  expect(judge({ lifecycle, versioning: { known: 'set', value: 'Enabled' } })).toEqual([]);
});

it('a default retention is named', () => {
  expect(judge({ retention: { known: 'set', value: '30 days, GOVERNANCE' } })).toMatchObject([
    { check: 'object lock', level: 'warning', text: expect.stringContaining('30 days') },
  ]);
});

it('what nobody tells is no warning', () => {
  const untold = { known: 'unknown', reason: 'NotImplemented' } as const;
  const settings = { cors: untold, versioning: untold, retention: untold, lifecycle: untold };
  expect(judge(settings).map(({ level }) => level)).toEqual(['unknown', 'unknown', 'unknown']);
});
