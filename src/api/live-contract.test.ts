import { describe, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type {
  FileDetail,
  FinishedRun,
  LiveDelta,
  LiveList,
  LiveSnapshot,
  SessionState,
  VideoField,
} from '../domain/live-view.ts';
import type * as contract from './live-contract.ts';

/** The fields of a type at every depth, whether or not it may be written to. */
type Fields<T> = T extends readonly (infer Element)[]
  ? number extends T['length']
    ? readonly Fields<Element>[]
    : { readonly [Index in keyof T]: Fields<T[Index]> }
  : T extends object
    ? { readonly [Name in keyof T]: Fields<T[Name]> }
    : T;
type Answer<Name extends keyof typeof contract> = (typeof contract)[Name] extends z.ZodType
  ? Fields<z.output<(typeof contract)[Name]>>
  : never;

describe('the schema of what the dashboard is told', () => {
  // `satisfies z.ZodType<T>` lets a schema leave optional fields of T out. The compiler judges these lines.
  it('has every field, optional ones too', () => {
    expectTypeOf<Answer<'liveSnapshotSchema'>>().toEqualTypeOf<Fields<LiveSnapshot>>();
    expectTypeOf<Answer<'liveDeltaSchema'>>().toEqualTypeOf<Fields<LiveDelta>>();
    expectTypeOf<Answer<'liveListSchema'>>().toEqualTypeOf<Fields<LiveList>>();
    expectTypeOf<Answer<'videoFieldSchema'>>().toEqualTypeOf<Fields<VideoField>>();
    expectTypeOf<Answer<'fileDetailSchema'>>().toEqualTypeOf<Fields<FileDetail>>();
    expectTypeOf<Answer<'runsSchema'>['runs']>().toEqualTypeOf<Fields<readonly FinishedRun[]>>();
    expectTypeOf<Answer<'sessionStateSchema'>>().toEqualTypeOf<Fields<SessionState>>();
  });
});
