import type { z } from 'zod';
import type { failureSchema, videoDetailSchema } from '../../../src/api/contract.ts';
import type {
  actionHeader,
  actionHeaderValue,
  fileDetailSchema,
  liveDeltaSchema,
  liveListQuerySchema,
  liveListSchema,
  liveSnapshotSchema,
  runsSchema,
  sessionStateSchema,
  videoFieldSchema,
} from '../../../src/api/live-contract.ts';

/** The types of what the service says. Nothing else of the service is known here, and no code of it is loaded. */

export type LiveSnapshot = z.infer<typeof liveSnapshotSchema>;
export type LiveDelta = z.infer<typeof liveDeltaSchema>;
export type LiveVideo = LiveSnapshot['videos'][number];
export type LiveVideoChange = NonNullable<LiveDelta['videos']>[number];
export type WireField = NonNullable<LiveVideo['field']>;
export type WirePatch = NonNullable<LiveVideoChange['patch']>;
export type RateSample = LiveSnapshot['history'][number];
export type Cause = LiveSnapshot['causes'][number];
export type FileCounts = LiveVideo['files'];
export type VideoState = LiveVideo['state'];

export type LiveList = z.infer<typeof liveListSchema>;
export type ListRow = LiveList['rows'][number];
export type ListOrder = NonNullable<z.input<typeof liveListQuerySchema>['sort']>;
export type VideoField = z.infer<typeof videoFieldSchema>;
export type Rendition = VideoField['renditions'][number];
export type FileDetail = z.infer<typeof fileDetailSchema>;
export type FinishedRun = z.infer<typeof runsSchema>['runs'][number];
export type SessionState = z.infer<typeof sessionStateSchema>;

export type VideoDetail = z.infer<typeof videoDetailSchema>;
export type Failure = z.infer<typeof failureSchema>;

export type { Replay, ReplayVideo } from '../../../src/api/live-contract.ts';

/** Header of requests that change something by the cookie of a session. Equal to the service's by their types. */
export const actionHeaders: Readonly<Record<typeof actionHeader, typeof actionHeaderValue>> = {
  'X-Flants-Action': '1',
};
