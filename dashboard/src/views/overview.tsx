import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useLive } from '../live/use-live.ts';
import { Aside } from '../parts/aside.tsx';
import { Headline } from '../parts/headline.tsx';
import { Legend } from '../parts/legend.tsx';
import { VideoRow } from '../parts/video-row.tsx';

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
      <Headline />
      <div className="columns">
        <UnderCopy />
        <Aside />
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
      {rows.length === 0 ? <p className="faint part">Nothing is under way, and nothing needs attention.</p> : null}
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
