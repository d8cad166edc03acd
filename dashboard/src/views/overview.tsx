import { useQuery } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { listQuery } from '../api/queries.ts';
import { useLive } from '../live/use-live.ts';
import { Aside } from '../parts/aside.tsx';
import { Boundary } from '../parts/boundary.tsx';
import { formatCounted } from '../../../src/domain/report/amount-text.ts';
import { Headline } from '../parts/headline.tsx';
import { Legend } from '../parts/legend.tsx';
import { VideoLine, VideoRow } from '../parts/video-row.tsx';

/** Everything at a glance: how far, how fast, what failed, what is under way, and each file of the videos under copy. */
export function Overview(): ReactNode {
  const isThere = useLive(() => true);
  if (!isThere)
    return (
      <main className="part">
        <p className="faint">Waiting for the first figures…</p>
      </main>
    );
  return (
    <main>
      <h1 className="hidden">Overview</h1>
      <Boundary name="How far it is">
        <Headline />
      </Boundary>
      <div className="columns">
        <Boundary name="What is under copy">
          <UnderCopy />
        </Boundary>
        <Boundary name="What failed and what is in flight">
          <Aside />
        </Boundary>
      </div>
    </main>
  );
}

const estimatedRow = 210;

/** Videos in progress, each with its field, which folds away when it is complete. */
function UnderCopy(): ReactNode {
  const rows = useLive((now) => now.order) ?? [];
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const measure = (): void => setTop((list.current?.getBoundingClientRect().top ?? 0) + scrollY);
    measure();
    const resized = new ResizeObserver(measure);
    resized.observe(document.body);
    return () => resized.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => estimatedRow,
    getItemKey: (index) => rows[index] ?? index,
    overscan: 2,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  return (
    <section aria-labelledby="under-copy">
      <div className="row spread">
        <h2 id="under-copy">Under copy</h2>
        <Legend />
      </div>
      {rows.length === 0 ? <InPlace /> : null}
      <ul ref={list} className="fields" style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => (
          <li
            key={key}
            data-index={index}
            ref={virtual.measureElement}
            style={{ position: 'absolute', insetInline: 0, top: start - top }}
          >
            <VideoRow id={rows[index] ?? ''} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is published, where nothing is under way: a library that is whole is something to show as well. */
function InPlace(): ReactNode {
  const { data } = useQuery(listQuery({ states: ['published'], text: '', sort: 'age', order: 'asc' }, 0));
  return (
    <div className="fields">
      <p className="faint">Nothing is under way, and nothing needs attention.</p>
      <ul className="fields">
        {data?.rows.map((row) => (
          <li key={row.id} className="video folded">
            <VideoLine video={row} />
          </li>
        ))}
      </ul>
      {data && data.total > data.rows.length ? (
        <Link href="/videos">All {formatCounted(data.total, 'video')}</Link>
      ) : null}
    </div>
  );
}
