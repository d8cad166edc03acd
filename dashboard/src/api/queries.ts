import { queryOptions } from '@tanstack/react-query';
import { apiPath, read } from './client.ts';
import type {
  FileDetail,
  FinishedRun,
  LiveList,
  ListOrder,
  SessionState,
  VideoDetail,
  VideoField,
} from './contract.ts';

/** What the list of all videos is narrowed and ordered by. */
export interface ListQuery {
  readonly states: readonly string[];
  readonly text: string;
  readonly sort: ListOrder;
  readonly order: 'asc' | 'desc';
}

/** Rows of one request. */
export const listPage = 100;

/** One page of the list. */
export function listQuery(query: ListQuery, page: number) {
  const { states, text, sort, order } = query;
  const parameters = new URLSearchParams({ sort, order, offset: String(page * listPage), limit: String(listPage) });
  if (states.length > 0) parameters.set('state', states.join(','));
  if (text !== '') parameters.set('text', text);
  return queryOptions({
    queryKey: ['list', query, page],
    queryFn: ({ signal }) => read<LiveList>(`${apiPath('list')}?${parameters.toString()}`, signal),
  });
}

export const videoQuery = (id: string) =>
  queryOptions({
    queryKey: ['video', id],
    queryFn: ({ signal }) => read<VideoDetail>(apiPath('videos', id), signal),
  });

export const fieldQuery = (id: string) =>
  queryOptions({
    queryKey: ['video', id, 'field'],
    queryFn: ({ signal }) => read<VideoField>(apiPath('videos', id, 'field'), signal),
  });

export const fileQuery = (id: string, index: number) =>
  queryOptions({
    queryKey: ['video', id, 'file', index],
    queryFn: ({ signal }) => read<FileDetail>(apiPath('videos', id, 'files', index), signal),
  });

export const runsQuery = queryOptions({
  queryKey: ['runs'],
  queryFn: ({ signal }) => read<{ readonly runs: readonly FinishedRun[] }>(apiPath('runs'), signal),
});

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => read<SessionState>(apiPath('session'), signal),
  staleTime: 60_000,
});
