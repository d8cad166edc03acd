import type { ListQuery } from '../api/queries.ts';
import type { ListOrder } from '../api/contract.ts';

/** The address of a video, or of a file of it. */
export function videoAddress(id: string, file?: number): string {
  const parameters = new URLSearchParams({ id });
  if (file !== undefined) parameters.set('file', String(file));
  return `/video?${parameters.toString()}`;
}

/** The orders of the list, as its address names them, with the words for people. */
export const orders = {
  title: 'Title',
  state: 'State',
  progress: 'Progress',
  failures: 'Failures',
  age: 'Age',
} as const satisfies Record<ListOrder, string>;

/** What an address asks of the list. What it does not say, or says wrongly, is as at first. */
export function listOf(parameters: URLSearchParams): ListQuery {
  const sort = Object.keys(orders).find((name) => name === parameters.get('sort')) as ListOrder | undefined;
  return {
    states: parameters.get('state')?.split(',').filter(Boolean) ?? [],
    text: parameters.get('text') ?? '',
    sort: sort ?? 'title',
    order: parameters.get('order') === 'desc' ? 'desc' : 'asc',
  };
}

/** The address of a list: what is as at first is not said. */
export function listAddress({ states, text, sort, order }: ListQuery): string {
  const parameters = new URLSearchParams();
  if (states.length > 0) parameters.set('state', states.join(','));
  if (text !== '') parameters.set('text', text);
  if (sort !== 'title') parameters.set('sort', sort);
  if (order !== 'asc') parameters.set('order', order);
  const query = parameters.toString();
  return query === '' ? '/videos' : `/videos?${query}`;
}
