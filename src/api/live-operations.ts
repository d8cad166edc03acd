import * as contract from './contract.ts';
import * as live from './live-contract.ts';
import type { Operation } from './operation.ts';

const base = '/api/v1';
const video = `${base}/videos/:id`;

/** What the dashboard asks beside what programs do. */
export const liveOperations = {
  live: {
    method: 'get',
    path: `${base}/live`,
    summary:
      'The library as it changes: server-sent events, first `snapshot` (a LiveSnapshot), then `delta` (a LiveDelta), at most four a second',
    changes: false,
    answer: live.liveEventSchema,
    types: ['sse'],
  },
  list: {
    method: 'get',
    path: `${base}/list`,
    summary: 'Any part of all videos in any order, from what the service keeps in memory while somebody watches',
    changes: false,
    query: live.liveListQuerySchema,
    answer: live.liveListSchema,
  },
  field: {
    method: 'get',
    path: `${video}/field`,
    summary: 'What became of each file of a video, in little space, and its renditions',
    changes: false,
    answer: live.videoFieldSchema,
  },
  file: {
    method: 'get',
    path: `${video}/files/:index`,
    summary: 'One file of a video with the tries that were made at it',
    changes: false,
    answer: live.fileDetailSchema,
  },
  runs: {
    method: 'get',
    path: `${base}/runs`,
    summary: 'Runs of `flants copy` that have ended, the latest first',
    changes: false,
    answer: live.runsSchema,
  },
  session: {
    method: 'get',
    path: `${base}/session`,
    summary: 'What the sender may do',
    changes: false,
    answer: live.sessionStateSchema,
  },
  signIn: {
    method: 'post',
    path: `${base}/session`,
    summary: 'Gives a browser a cookie that stands for the token; wrong tokens are limited',
    changes: false,
    body: live.signInSchema,
    answer: live.sessionStateSchema,
  },
  signOut: {
    method: 'delete',
    path: `${base}/session`,
    summary: 'Takes the cookie back',
    changes: false,
    answer: live.sessionStateSchema,
  },
  reportTable: {
    method: 'get',
    path: `${base}/report.csv`,
    summary: 'The whole library as a table with a line for each video',
    changes: false,
    answer: contract.tableSchema,
    types: ['csv'],
  },
  fileTable: {
    method: 'get',
    path: `${video}/files.csv`,
    summary: 'The files of a video as a table with a line for each',
    changes: false,
    answer: contract.tableSchema,
    types: ['csv'],
  },
  reportPage: {
    method: 'get',
    path: `${base}/report.html`,
    summary: 'The whole library, or one video of it, as one page for people',
    changes: false,
    query: contract.reportQuerySchema,
    answer: contract.reportPageSchema,
    types: ['html'],
  },
} as const satisfies Record<string, Operation>;
