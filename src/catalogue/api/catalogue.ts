import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiSource } from '../../config/values/api-source.ts';
import { backoffMs } from '../../domain/waiting/backoff.ts';
import { valueAt } from '../../domain/catalogue-rule.ts';
import { FlantsError, failureOf } from '../../domain/failure.ts';
import type { Validators } from '../../domain/read-playlist.ts';
import { MiB, minute, second } from '../../domain/units.ts';
import { urlSince } from '../../config/values/since-query.ts';
import type { Catalogue, CatalogueRow, CatalogueWatch } from '../catalogue.ts';
import { unreadable } from '../file-errors.ts';
import { readJsonRow } from '../json-row.ts';
import { parseJson } from '../json-text.ts';
import { duplicateFinder } from '../row-reader.ts';
import { nextPage, rowsIn, unusable } from './pages.ts';
import type { ApiPage } from './pages.ts';

/** What is used of a source: requests with the headers of the API. Errors are those of `Source.fetch`. */
export interface PageSource {
  fetch(
    url: string,
    options: { readonly signal: AbortSignal; readonly kind: 'text'; readonly unless?: Validators },
  ): Promise<{ readonly result: 'not-modified' } | PageAnswer>;
  close(): Promise<void>;
}

/** An answer whose body has not been read. */
export interface PageAnswer {
  readonly result: 'fetched';
  readonly finalUrl: string;
  readonly validators: Validators;
  readonly contentType?: string;
  /** The header `Link`. */
  readonly link?: string;
  /** The header `Date`. */
  readonly date?: string;
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

/** How long an API may be down, and what may be lost without it in between. */
export interface ApiCatalogueOptions {
  readonly patienceMs?: number;
  /** The first pause; each is twice the one before. */
  readonly pauseMs?: number;
  /** Milliseconds since 1970, for the time of an API that does not tell its own. */
  readonly now?: () => number;
}

const maxPages = 1_000_000;
const maxPageBytes = 64 * MiB;
/** Texts of pages that are kept, so that those that have not changed need not be sent again. */
const maxKeptBytes = 16 * MiB;
const usualPatienceMs = 2 * minute;
const usualPauseMs = second;
const longestPauseMs = 30 * second;
/** How far before the last answer changes are asked for again: servers differ in their clocks, and commits take a while. */
const overlapMs = minute;

interface PageText {
  readonly url: string;
  readonly text: string;
  readonly contentType?: string;
  readonly link?: string;
  readonly date?: string;
  readonly validators: Validators;
}

/** One reading of the API. */
interface Reading {
  readonly signal: AbortSignal;
  /** Of all its rows, or of those that changed, which may be none and are not asked for again in the same words. */
  readonly isWhole: boolean;
  readonly onFirstPage?: (page: PageText) => void;
}

/**
 * A catalogue in a JSON API, read page by page. A page that fails is asked for again until patience is over. Pages with
 * validators are asked for conditionally when the catalogue is read again. With `changes` it has a change feed: it asks now
 * and then what changed since its answer before, by the time of the API.
 *
 * @param source - sends the headers of the API to its host only. It is closed with the catalogue
 */
export function openApiCatalogue(
  api: Pick<ApiSource, 'url' | 'name' | 'rows' | 'paging' | 'fields' | 'changes'>,
  source: PageSource,
  { patienceMs = usualPatienceMs, pauseMs = usualPauseMs, now = Date.now }: ApiCatalogueOptions = {},
): Catalogue {
  const kept = new Map<string, PageText>();
  let keptBytes = 0;

  const read = async (url: string, { signal, isWhole }: Reading): Promise<PageText> => {
    const before = isWhole ? kept.get(url) : undefined;
    const unless = before && { unless: before.validators };
    const answer = await source.fetch(url, { kind: 'text', signal, ...unless });
    if (answer.result === 'not-modified') {
      if (before) return before;
      throw new FlantsError('source.status', 'answers 304 to an unconditional request', { status: 304 });
    }
    const { finalUrl, validators, contentType, link, date } = answer;
    const page: PageText = {
      url: finalUrl,
      text: await textOf(answer, api.name),
      validators,
      ...(contentType === undefined ? {} : { contentType }),
      ...(link === undefined ? {} : { link }),
      ...(date === undefined ? {} : { date }),
    };
    if (!isWhole) return page;
    if (before) keptBytes -= before.text.length;
    kept.delete(url);
    const canAsk = validators.etag !== undefined || validators.lastModified !== undefined;
    if (canAsk && keptBytes + page.text.length <= maxKeptBytes) {
      kept.set(url, page);
      keptBytes += page.text.length;
    }
    return page;
  };

  const readPatiently = async (url: string, reading: Reading): Promise<PageText> => {
    const { signal } = reading;
    const backoff = { baseDelayMs: pauseMs, maxDelayMs: longestPauseMs };
    let waitedMs = 0;
    for (let tries = 0; ; tries++) {
      try {
        return await read(url, reading);
      } catch (error) {
        if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${api.name}`, { cause: error });
        if (error instanceof FlantsError && error.code === 'catalogue.unreadable') throw error;
        const { code, retryable, retryAfterMs, message } = failureOf(error);
        const waitMs = Math.max(retryAfterMs ?? 0, backoffMs(backoff, tries));
        const isFinal = !retryable || code === 'source.denied' || code === 'source.gone';
        if (isFinal || waitedMs + waitMs > patienceMs) {
          const hint = code === 'source.denied' ? '; its headers are given with --catalogue-header-file' : '';
          throw unreadable(api.name, `cannot be read: ${message}${hint}`, error);
        }
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
        waitedMs += waitMs;
      }
    }
  };

  async function* rowsFrom(first: string, reading: Reading): AsyncGenerator<CatalogueRow> {
    const { signal, isWhole, onFirstPage } = reading;
    const checked = duplicateFinder();
    const visited = new Set<string>();
    let row = 0;
    let rowsBefore = '';
    for (let url: string | undefined = first; url !== undefined;) {
      if (visited.has(url))
        throw unreadable(api.name, `leads in a circle: page ${visited.size} names an earlier one as the next`);
      visited.add(url);
      if (visited.size > maxPages) throw unreadable(api.name, `has more than ${maxPages} pages`);
      const page = `page ${visited.size}`;
      const text = await readPatiently(url, reading);
      if (visited.size === 1) onFirstPage?.(text);
      const value = valueOf(text, page, api.name);
      const found = rowsIn(value, api.rows);
      if (typeof found === 'string') throw unreadable(api.name, `${page} ${found}`);
      const rowsHere = JSON.stringify(found);
      if (rowsHere === rowsBefore && found.length > 0)
        throw unreadable(
          api.name,
          `${page} has the rows of the page before: see whether --catalogue-page, --catalogue-offset or --catalogue-cursor names the parameter that the API knows`,
        );
      rowsBefore = rowsHere;
      for (const each of found) {
        if (signal.aborted) throw new FlantsError('aborted', `stopped while reading ${api.name}`);
        row += 1;
        yield checked(await rowOf(row, each, api.fields));
      }
      const { url: finalUrl, link } = text;
      const came: ApiPage = { url: finalUrl, value, rows: found.length, ...(link === undefined ? {} : { link }) };
      const next = nextPage(url, came, api.paging);
      if (next === unusable) throw unreadable(api.name, `${page} names a next page that is no http(s) URL`);
      url = next;
    }
    if (isWhole && row === 0) throw unreadable(api.name, 'holds no rows');
  }

  // Stays when a feed breaks off: the next one goes on from there.
  let changedSinceMs: number | undefined;
  async function* changedRows(
    { query, everyMs }: NonNullable<ApiSource['changes']>,
    signal: AbortSignal,
  ): AsyncGenerator<CatalogueRow> {
    while (!signal.aborted) {
      let answeredMs = now();
      const onFirstPage = ({ date = '' }: PageText): void => {
        const saidMs = Date.parse(date);
        if (!Number.isNaN(saidMs)) answeredMs = saidMs;
      };
      const url = urlSince(api.url, query, changedSinceMs ?? answeredMs - overlapMs);
      yield* rowsFrom(url, { signal, isWhole: false, onFirstPage });
      changedSinceMs = answeredMs - overlapMs;
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const { changes } = api;
  return {
    name: api.name,
    rows: ({ signal }) => rowsFrom(api.url, { signal, isWhole: true }),
    ...(changes && {
      watch: async ({ signal }): Promise<CatalogueWatch> => ({ kind: 'open', rows: changedRows(changes, signal) }),
    }),
    close: () => source.close(),
  };
}

function rowOf(row: number, value: unknown, paths: ApiSource['fields']): ReturnType<typeof readJsonRow> {
  const given: Readonly<Record<string, string>> = { ...paths };
  const named = Object.entries(given);
  if (named.length === 0 || typeof value !== 'object' || value === null) return readJsonRow(row, value, {});
  const found = named.map(([name, path]) => [name, valueAt(value, path)] as const);
  return readJsonRow(row, { ...value, ...Object.fromEntries(found) }, { paths: given });
}

function valueOf({ text, contentType = '' }: PageText, page: string, name: string): unknown {
  const parsed = parseJson(text);
  if (parsed) return parsed.value;
  const isPage = contentType === 'text/html' || /^\s*<(?:!doctype|html)/i.test(text);
  const hint = 'see whether the URL is the one of the API, and whether it wants a login (--catalogue-header-file)';
  throw unreadable(name, isPage ? `${page} is an HTML page and not JSON: ${hint}` : `${page} is not JSON`);
}

async function textOf(answer: PageAnswer, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    heldBytes += chunk.byteLength;
    if (heldBytes > maxPageBytes) throw unreadable(name, `has a page of more than ${maxPageBytes / MiB} MiB`);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
