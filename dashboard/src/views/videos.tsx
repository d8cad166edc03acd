import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import type { ListOrder, ListRow, VideoState } from '../api/contract.ts';
import { listPage, listQuery } from '../api/queries.ts';
import type { ListQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { formatCount, formatCounted } from '../../../src/domain/report/amount-text.ts';
import { formatFiles, formatInstant, stateNames } from '../parts/format.ts';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Submit } from '../parts/submit.tsx';
import { listAddress, listOf, orders, videoAddress } from './addresses.ts';

const refreshMs = 2_000;

/** All videos of the library. Only the rows that can be seen are asked for. */
export function Videos(): ReactNode {
  const [parameters] = useSearchParams();
  const [, navigate] = useLocation();
  const query = listOf(parameters);
  const change = (next: Partial<ListQuery>): void => navigate(listAddress({ ...query, ...next }), { replace: true });
  return (
    <main>
      <div className="row spread title-line">
        <h1>Videos</h1>
        <Submit />
      </div>
      <Filters query={query} onChange={change} />
      <States chosen={query.states} onChange={(states) => change({ states })} />
      <List query={query} />
    </main>
  );
}

interface Change<T> {
  readonly onChange: (next: T) => void;
}

function Filters({ query, onChange }: { readonly query: ListQuery } & Change<Partial<ListQuery>>): ReactNode {
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label className="stack grow">
        Title, id or URL
        <input
          type="search"
          value={query.text}
          onChange={({ currentTarget }) => onChange({ text: currentTarget.value })}
        />
      </label>
      <label className="stack">
        Sorted by
        <select
          value={query.sort}
          onChange={({ currentTarget }) => onChange({ sort: currentTarget.value as ListOrder })}
        >
          {Object.entries(orders).map(([order, name]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => onChange({ order: query.order === 'asc' ? 'desc' : 'asc' })}>
        {query.order === 'asc' ? 'Ascending' : 'Descending'}
      </button>
    </form>
  );
}

function States({ chosen, onChange }: { readonly chosen: readonly string[] } & Change<readonly string[]>): ReactNode {
  const counts = useLive((now) => now.totals.videos);
  const states = Object.keys(stateNames) as VideoState[];
  return (
    <div className="states" role="group" aria-label="States">
      {states.map((state) => {
        const isChosen = chosen.includes(state);
        return (
          <button
            key={state}
            type="button"
            aria-pressed={isChosen}
            className={counts?.[state] ? '' : 'faint'}
            onClick={() => onChange(isChosen ? chosen.filter((each) => each !== state) : [...chosen, state])}
          >
            {stateNames[state]} {formatCount(counts?.[state] ?? 0)}
          </button>
        );
      })}
    </div>
  );
}

function List({ query }: { readonly query: ListQuery }): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [total, setTotal] = useState(0);
  const rowHeight = useRowHeight();
  const virtual = useWindowVirtualizer({
    count: total,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: top,
  });
  useEffect(() => setTop((element.current?.getBoundingClientRect().top ?? 0) + scrollY), []);
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  useRefresh();
  const items = virtual.getVirtualItems();
  const first = Math.floor((items[0]?.index ?? 0) / listPage);
  const last = Math.floor((items.at(-1)?.index ?? 0) / listPage);
  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, at) => ({
      ...listQuery(query, first + at),
      // While a page is asked for anew, and while somebody types, what was there stays.
      placeholderData: <T,>(before: T): T => before,
    })),
  });
  const found = pages.find(({ data }) => data)?.data?.total;
  useEffect(() => {
    if (found !== undefined) setTotal(found);
  }, [found]);
  const error = pages.find((page) => page.error)?.error;
  const rowAt = (index: number): ListRow | undefined =>
    pages[Math.floor(index / listPage) - first]?.data?.rows[index % listPage];

  return (
    <>
      <p className="faint" role="status">
        {error ? (
          <span className="failed">{error.message}</span>
        ) : found === undefined ? (
          'Asking…'
        ) : (
          formatCounted(found, 'video')
        )}
      </p>
      <div ref={element} className="list" role="list" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => (
          <Row key={key} index={index} total={total} row={rowAt(index)} offset={start - top} height={rowHeight} />
        ))}
      </div>
    </>
  );
}

function Row({
  index,
  total,
  row,
  offset,
  height,
}: {
  readonly index: number;
  readonly total: number;
  readonly row: ListRow | undefined;
  readonly offset: number;
  readonly height: number;
}): ReactNode {
  return (
    <div
      className="list-row"
      role="listitem"
      aria-setsize={total}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${offset}px)`, height }}
    >
      {row ? (
        <>
          <Link href={videoAddress(row.id)} className="title">
            {row.title ?? row.id}
            <span className="id">
              {row.title === undefined ? row.playlistUrl : row.id}
              {row.recordedAt === undefined ? '' : ` · recorded ${formatInstant(row.recordedAt)}`}
            </span>
          </Link>
          <span className={row.state === 'incomplete' || row.state === 'invalid' ? 'failed' : ''}>
            {stateNames[row.state]}
            {row.fresh ? <span className="moving"> fresh</span> : null}
          </span>
          {row.files.total > 0 ? (
            <>
              <ProgressBar files={row.files} label={row.title ?? row.id} />
              <span className="number faint">{formatFiles(row.files)}</span>
            </>
          ) : (
            <span className="reason faint">{row.invalid?.message}</span>
          )}
        </>
      ) : null}
    </div>
  );
}

/** As high as the style sheet has them, in a wide and in a narrow window. */
function useRowHeight(): number {
  const [height, setHeight] = useState(56);
  useEffect(() => {
    const measure = (): void => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      setHeight(Math.round(rem * (matchMedia('(max-width: 62rem)').matches ? 5 : 3.4)));
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  return height;
}

/** Asks for the shown pages again when the stream says that the list would be another, and the counts now and then. */
function useRefresh(): void {
  const queries = useQueryClient();
  const version = useLive((now) => now.listVersion);
  const done = useLive((now) => Math.floor(now.at / refreshMs));
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['list'] });
  }, [queries, version, done]);
}
