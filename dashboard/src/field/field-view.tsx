import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { cellNames } from '../live/field.ts';
import { formatCount } from '../../../src/domain/report/amount-text.ts';
import type { CellSource } from './cell-source.ts';
import { fileAt, stepFrom } from './layout.ts';
import { mountField } from './mount-field.ts';
import type { MountedField } from './mount-field.ts';

/** What a field shows, and where a chosen file leads. */
export interface FieldViewProps {
  readonly source: CellSource;
  /** Name for a screen reader. */
  readonly label: string;
  /** CSS pixels that it should not be higher than, if that can be. */
  readonly height: number;
  readonly selected?: number | undefined;
  readonly onOpen: (index: number) => void;
}

/**
 * One character per file. For a keyboard and a screen reader it is a list of which one item is known at a time: arrows
 * lead through the rows, `n` to the next file that failed, Enter opens the file.
 */
export function FieldView({ source, label, height, selected, onOpen }: FieldViewProps): ReactNode {
  const { total, cells } = source;
  const frame = useRef<HTMLDivElement>(null);
  const mounted = useRef<MountedField>(undefined);
  const [active, setActive] = useState(selected ?? 0);
  const [hasFocus, setHasFocus] = useState(false);
  const [hovered, setHovered] = useState<{ readonly index: number; readonly x: number; readonly y: number }>();
  const optionId = useId();

  useEffect(() => {
    if (!frame.current) return;
    const field = mountField(frame.current, source, height);
    mounted.current = field;
    return () => field.unmount();
  }, [source, height]);

  const marked = hasFocus ? active : selected;
  useEffect(() => mounted.current?.select(marked), [marked, source, height]);

  const indexAt = (event: PointerEvent<HTMLElement>): number | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const layout = mounted.current?.layout();
    return (
      layout &&
      fileAt(layout, (event.clientX - box.left) * devicePixelRatio, (event.clientY - box.top) * devicePixelRatio)
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const layout = mounted.current?.layout();
    if (!layout || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onOpen(active);
      return;
    }
    const next = event.key === 'n' ? nextFailed(cells(), active) : stepFrom(active, event.key, layout);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    mounted.current?.reveal(next);
  };

  const cellName = (index: number): string => cellNames[cells()[index] ?? 0] ?? '';
  return (
    <div
      className="field"
      ref={frame}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={optionId}
      onKeyDown={onKeyDown}
      onFocus={() => setHasFocus(true)}
      onBlur={() => setHasFocus(false)}
      onPointerMove={(event) => {
        const index = event.pointerType === 'touch' ? undefined : indexAt(event);
        const box = event.currentTarget.getBoundingClientRect();
        setHovered(
          index === undefined ? undefined : { index, x: event.clientX - box.left, y: event.clientY - box.top },
        );
      }}
      onPointerLeave={() => setHovered(undefined)}
      onClick={(event) => {
        const index = indexAt(event as unknown as PointerEvent<HTMLElement>);
        if (index === undefined) return;
        setActive(index);
        onOpen(index);
      }}
    >
      <div
        id={optionId}
        className="hidden"
        role="option"
        aria-selected={active === selected}
        aria-setsize={total}
        aria-posinset={active + 1}
      >
        {`file ${formatCount(active)}, ${cellName(active)}`}
      </div>
      {hovered ? (
        <div className="field-hint" style={{ left: hovered.x, top: hovered.y }} aria-hidden="true">
          {`${formatCount(hovered.index)} ${cellName(hovered.index)}`}
        </div>
      ) : null}
    </div>
  );
}

/** The next failed file after this one, from the start again where none follows. */
function nextFailed(cells: Uint8Array, index: number): number | undefined {
  const failed = cellNames.indexOf('failed');
  const after = cells.indexOf(failed, index + 1);
  const found = after >= 0 ? after : cells.indexOf(failed);
  return found >= 0 ? found : undefined;
}
