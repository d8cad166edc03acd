import type { CellSource } from './cell-source.ts';
import { cancelFrame, onNextFrame } from './frames.ts';
import { layoutField } from './layout.ts';
import type { FieldLayout } from './layout.ts';
import { createPainter } from './painter.ts';
import { atlasOf, coloursChanged, fieldColours, mayMove } from './theme.ts';

/** A field within an element of the page. */
export interface MountedField {
  layout(): FieldLayout;
  select(index: number | undefined): void;
  /** Scrolls the page until a file can be seen. */
  reveal(index: number): void;
  unmount(): void;
}

/** Rows above and below what is seen, in CSS pixels, and the step in which the canvas follows. */
const overscan = 240;

/**
 * Draws a field into an element, which gets its height. The canvas is no larger than what is seen of the field and a
 * little more: it follows when the page is scrolled.
 *
 * @param height - CSS pixels that the field should not exceed
 */
export function mountField(element: HTMLElement, source: CellSource, height: number): MountedField {
  const { total, cells, subscribe } = source;
  const canvas = document.createElement('canvas');
  canvas.ariaHidden = 'true';
  element.prepend(canvas);
  const painter = createPainter(canvas, mayMove);
  let layout = layoutField(total, element.clientWidth, height, devicePixelRatio);
  let rows: readonly [number, number] = [0, 0];
  let shownWidth = 0;
  let shownRatio = 0;

  const follow = (force: boolean): void => {
    const cellHeight = layout.cellPx / devicePixelRatio;
    const { top } = element.getBoundingClientRect();
    const step = Math.max(1, Math.floor(overscan / cellHeight));
    const first = Math.floor((-top - overscan) / cellHeight / step) * step;
    const last = Math.ceil((innerHeight - top + overscan) / cellHeight / step) * step;
    const next = [clamp(first, layout.rows), clamp(last, layout.rows)] as const;
    if (!force && next[0] === rows[0] && next[1] === rows[1]) return;
    rows = next;
    canvas.style.top = `${rows[0] * cellHeight}px`;
    canvas.style.width = `${layout.columns * cellHeight}px`;
    canvas.style.height = `${(rows[1] - rows[0]) * cellHeight}px`;
    painter.place({ layout, rows, atlas: atlasOf(layout.cellPx), markColour: fieldColours().mark });
  };
  const arrange = (): void => {
    shownWidth = element.clientWidth;
    shownRatio = devicePixelRatio;
    layout = layoutField(total, shownWidth, height, shownRatio);
    element.style.height = `${(layout.rows * layout.cellPx) / shownRatio}px`;
    follow(true);
  };
  const onFrame = (): boolean => {
    if (element.clientWidth !== shownWidth || devicePixelRatio !== shownRatio) arrange();
    else follow(false);
    return false;
  };
  const soon = (): void => onNextFrame(onFrame);
  const recolour = (): void => follow(true);

  painter.show(cells());
  arrange();
  const unsubscribe = subscribe(() => painter.show(cells()));
  const resized = new ResizeObserver(soon);
  resized.observe(element);
  addEventListener('scroll', soon, { passive: true, capture: true });
  addEventListener('resize', soon, { passive: true });
  document.addEventListener(coloursChanged, recolour);

  return {
    layout: () => layout,
    select: (index) => painter.select(index),
    reveal(index) {
      const cellHeight = layout.cellPx / devicePixelRatio;
      const top = element.getBoundingClientRect().top + Math.floor(index / layout.columns) * cellHeight;
      if (top < 80) scrollBy({ top: top - 120 });
      else if (top > innerHeight - 80) scrollBy({ top: top - innerHeight + 120 });
    },
    unmount() {
      unsubscribe();
      painter.stop();
      cancelFrame(onFrame);
      resized.disconnect();
      removeEventListener('scroll', soon, { capture: true });
      removeEventListener('resize', soon);
      document.removeEventListener(coloursChanged, recolour);
      canvas.remove();
    },
  };
}

function clamp(row: number, rows: number): number {
  return Math.max(0, Math.min(rows, row));
}
