import * as contract from './contract.ts';
import { liveOperations } from './live-operations.ts';
import type { Operation } from './operation.ts';

const base = '/api/v1';
const video = `${base}/videos/:id`;

/** All operations below `/api/v1`. */
export const operations = {
  status: {
    method: 'get',
    path: `${base}/status`,
    summary: 'How far the library has come, and what its failures have in common',
    changes: false,
    answer: contract.statusSchema,
  },
  videos: {
    method: 'get',
    path: `${base}/videos`,
    summary: 'Videos in an order that stays: a page as JSON, or from `after` to the end as NDJSON',
    changes: false,
    query: contract.videosQuerySchema,
    answer: contract.videoPageSchema,
    line: contract.videoSummarySchema,
    types: ['json', 'ndjson'],
  },
  video: {
    method: 'get',
    path: video,
    summary: 'One video: its report, what was decided about it, and what is under way',
    changes: false,
    answer: contract.videoDetailSchema,
  },
  files: {
    method: 'get',
    path: `${video}/files`,
    summary: 'The files of a video, one a line, in playing order',
    changes: false,
    answer: contract.fileLineSchema,
    line: contract.fileLineSchema,
    types: ['ndjson'],
  },
  report: {
    method: 'get',
    path: `${base}/report`,
    summary: 'The whole library, or one video of it; large for a large library',
    changes: false,
    query: contract.reportQuerySchema,
    answer: contract.reportSchema,
  },
  submit: {
    method: 'post',
    path: `${base}/videos`,
    summary: 'Adds a video, or has a known one looked at again; a cancelled or invalid one starts anew',
    changes: true,
    body: contract.submitSchema,
    answer: contract.decidedSchema,
  },
  retryAll: {
    method: 'post',
    path: `${base}/retry`,
    summary: 'Opens failed files again, in the videos named or in all of them',
    changes: true,
    body: contract.retrySchema,
    answer: contract.retriedSchema,
  },
  retry: {
    method: 'post',
    path: `${video}/retry`,
    summary: 'Opens the failed files of a video again, or gives one without a plan a fresh start',
    changes: true,
    body: contract.retryVideoSchema,
    answer: contract.retriedSchema,
  },
  accept: {
    method: 'post',
    path: `${video}/accept`,
    summary: 'Lets a video go out without one of its failed files',
    changes: true,
    body: contract.acceptSchema,
    answer: contract.acceptedSchema,
  },
  pause: {
    method: 'post',
    path: `${video}/pause`,
    summary: 'Lets out no more work on a video',
    changes: true,
    body: contract.nothingSchema,
    answer: contract.decidedSchema,
  },
  resume: {
    method: 'post',
    path: `${video}/resume`,
    summary: 'Ends a pause',
    changes: true,
    body: contract.nothingSchema,
    answer: contract.decidedSchema,
  },
  cancel: {
    method: 'post',
    path: `${video}/cancel`,
    summary: 'Ends work on a video for good; what is at the destination stays',
    changes: true,
    body: contract.cancelSchema,
    answer: contract.cancelledSchema,
  },
  priority: {
    method: 'post',
    path: `${video}/priority`,
    summary: 'Puts a video before the backlog, or back into it',
    changes: true,
    body: contract.prioritySchema,
    answer: contract.decidedSchema,
  },
  purge: {
    method: 'delete',
    path: video,
    summary: 'Drops all that is known of a cancelled, invalid or withdrawn video; objects at the destination stay',
    changes: true,
    answer: contract.purgedSchema,
  },
  ...liveOperations,
} as const satisfies Record<string, Operation>;
