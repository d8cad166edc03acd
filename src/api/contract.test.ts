import { describe, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { Decided, LibraryStatus, VideoDetail, VideoSummary } from '../domain/library.ts';
import type { LibraryReport, VideoReport } from '../domain/report.ts';
import type * as contract from './contract.ts';

/** The fields of a type at every depth, whether or not it may be written to. */
type Fields<T> = T extends readonly (infer Element)[]
  ? readonly Fields<Element>[]
  : T extends object
    ? { readonly [Name in keyof T]: Fields<T[Name]> }
    : T;
type Answer<Name extends keyof typeof contract> = (typeof contract)[Name] extends z.ZodType
  ? Fields<z.output<(typeof contract)[Name]>>
  : never;

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
