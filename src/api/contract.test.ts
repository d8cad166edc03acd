import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Answer as AnswerOf, Fields } from '../../test/contract/schema-fields.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided, LibraryStatus, VideoDetail, VideoSummary } from '../domain/report/library-status.ts';
import type { LibraryReport, VideoReport } from '../domain/report/copy.ts';
import type * as contract from './contract.ts';
import { submitSchema } from './contract.ts';

type Answer<Name extends keyof typeof contract> = AnswerOf<typeof contract, Name>;

describe('the schema of an answer', () => {
  // `satisfies z.ZodType<T>` lets a schema leave optional fields of T out. The compiler judges these lines.
  it('has every field of what is answered, optional ones too', () => {
    expectTypeOf<Answer<'failureSchema'>>().toEqualTypeOf<Fields<Failure>>();
    expectTypeOf<Answer<'statusSchema'>>().toEqualTypeOf<Fields<LibraryStatus>>();
    expectTypeOf<Answer<'videoSummarySchema'>>().toEqualTypeOf<Fields<VideoSummary>>();
    expectTypeOf<Answer<'videoDetailSchema'>>().toEqualTypeOf<Fields<VideoDetail>>();
    expectTypeOf<Answer<'videoDetailSchema'>['report']>().toEqualTypeOf<Fields<VideoReport>>();
    expectTypeOf<Answer<'reportSchema'>>().toEqualTypeOf<Fields<LibraryReport>>();
    expectTypeOf<Answer<'decidedSchema'>>().toEqualTypeOf<Fields<Decided>>();
  });
});

describe('a playlist that is submitted', () => {
  const accepts = (playlistUrl: string): boolean => submitSchema.safeParse({ playlistUrl }).success;

  it('may be at any domain and address', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    fc.assert(
      fc.property(host, fc.option(fc.integer({ min: 0, max: 65_535 })), (name, port) => {
        expect(accepts(`https://${name}${port === null ? '' : `:${port}`}/v/index.m3u8`)).toBe(true);
      }),
    );
  });

  it.each([
    'https://[1:2:3:4:5:6:7:8:9]/a.m3u8',
    'https://[1::2::3]/a.m3u8',
    'https://[::1.2.3]/a.m3u8',
    'https://cdn.example:65536/a.m3u8',
    'https://256.1.1.1/a.m3u8',
    'https://bücher.example/a.m3u8',
    'https://cdn.example',
    'https://cdn.example/\b',
    'https://cdn.example/ ',
  ])('may not be %s', (url) => expect(accepts(url)).toBe(false));
});
