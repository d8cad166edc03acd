import type { ApiPaging } from '../../config/values/api-source.ts';
import { shown, valueAt } from '../../domain/catalogue-rule.ts';

/** One page as it came. */
export interface ApiPage {
  /** After redirects. */
  readonly url: string;
  readonly value: unknown;
  /** The header `Link`. */
  readonly link?: string;
  readonly rows: number;
}

/** What stands where the URL of the next page should. */
export const unusable = Symbol('unusable');

/** Fields that APIs give to their list of rows. */
const usualLists = ['videos', 'items', 'data', 'results', 'records', 'rows', 'value', 'data.items', 'data.videos'];

/**
 * The rows of a page.
 *
 * @param path - dotted path of the list. Absent: the page itself, or the first of the usual names that is a list
 * @returns text for people, which goes on from the page's name, where there is no list
 */
export function rowsIn(value: unknown, path: string | undefined): readonly unknown[] | string {
  if (path !== undefined) {
    const found = valueAt(value, path);
    if (Array.isArray(found)) return found as readonly unknown[];
    const state = found === undefined ? 'is not there' : `is ${shown(found)}`;
    return `has no list of rows at ${path}, which ${state}${fieldsOf(value)}`;
  }
  if (Array.isArray(value)) return value as readonly unknown[];
  const found = usualLists.map((name) => valueAt(value, name)).find((each) => Array.isArray(each));
  return Array.isArray(found)
    ? (found as readonly unknown[])
    : `has no list of rows${fieldsOf(value)}: say where it stands with --catalogue-rows`;
}

function fieldsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  const names = Object.keys(value).slice(0, 10);
  return names.length === 0 ? '' : ` (its fields are ${names.join(', ')})`;
}

/**
 * The URL of the page after one.
 *
 * | paging           | next page                                                       | last page           |
 * |------------------|-----------------------------------------------------------------|---------------------|
 * | `next`           | the URL there, relative to this page                            | nothing there       |
 * | `next`, `cursor` | this URL with what is there as the parameter                    | nothing there       |
 * | `page`           | this URL with the number one higher; without a number it was 1  | has no rows         |
 * | `offset`         | this URL with the number higher by the rows of this page        | has no rows         |
 * | none             | `Link: <…>; rel="next"` (RFC 8288), or the URL in `next`        | neither of them     |
 *
 * @param requested - URL by which the page was asked for
 * @returns undefined behind the last page; `unusable` for what is no URL
 */
export function nextPage(requested: string, page: ApiPage, paging: ApiPaging): string | typeof unusable | undefined {
  const { next, cursor, page: number, offset } = paging;
  if (number !== undefined) return page.rows === 0 ? undefined : counted(requested, number, { first: 1, step: 1 });
  if (offset !== undefined)
    return page.rows === 0 ? undefined : counted(requested, offset, { first: 0, step: page.rows });
  const found = next === undefined ? (linkedNext(page.link) ?? urlIn(page.value)) : valueAt(page.value, next);
  if (found === undefined || found === '' || found === false) return undefined;
  if (typeof found !== 'string' && typeof found !== 'number') return unusable;
  if (cursor !== undefined) return withParameter(requested, cursor, String(found));
  const url = URL.parse(String(found), page.url);
  return url && /^https?:$/.test(url.protocol) ? url.href : unusable;
}

/** Where nobody said how pages follow each other, only what is plainly a URL counts. */
function urlIn(value: unknown): string | undefined {
  const next = valueAt(value, 'next');
  return typeof next === 'string' && /^(?:https?:\/\/|[/?])/.test(next) ? next : undefined;
}

/** The target of `rel=next` in a Link header. */
function linkedNext(link: string | undefined): string | undefined {
  for (const [, target, parameters = ''] of (link ?? '').matchAll(
    /<([^>]*)>((?:\s*;\s*[^;,="]+(?:=(?:"[^"]*"|[^;,"]*))?)*)/g,
  )) {
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters);
    if ((relations?.[1] ?? relations?.[2] ?? '').toLowerCase().split(/\s+/).includes('next')) return target;
  }
  return undefined;
}

function counted(
  requested: string,
  parameter: string,
  { first, step }: { readonly first: number; readonly step: number },
): string | typeof unusable {
  const text = new URL(requested).searchParams.get(parameter);
  const current = text === null ? first : Number(text);
  return Number.isSafeInteger(current) ? withParameter(requested, parameter, String(current + step)) : unusable;
}

function withParameter(requested: string, name: string, value: string): string {
  const url = new URL(requested);
  url.searchParams.set(name, value);
  return url.href;
}
