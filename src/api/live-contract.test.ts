import { describe, expectTypeOf, it } from 'vitest';
import type { Answer as AnswerOf, Fields } from '../../test/contract/schema-fields.ts';
import type {
  FileDetail,
  FinishedRun,
  LiveDelta,
  LiveList,
  LiveSnapshot,
  SessionState,
  VideoField,
} from '../domain/progress/live-view.ts';
import type * as contract from './live-contract.ts';

type Answer<Name extends keyof typeof contract> = AnswerOf<typeof contract, Name>;

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
