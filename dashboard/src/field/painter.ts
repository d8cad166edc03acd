import { cell } from '../live/field.ts';
import { justDone, runLength } from './atlas.ts';
import type { Atlas } from './atlas.ts';
import { cancelFrame, onNextFrame } from './frames.ts';
import type { FieldLayout } from './layout.ts';

/** Draws a field on a canvas, and of a changed field only what changed. */
export interface Painter {
  /** Shows these cells, one byte per file. What differs from the last ones moves in over a quarter of a second. */
  show(cells: Uint8Array): void;
  /** Draws all of it anew: after a new layout, another part of it, other colours. */
  place(view: FieldView): void;
  /** Marks a file, or none. */
  select(index: number | undefined): void;
  stop(): void;
}

/** The part of a field that a canvas shows. */
export interface FieldView {
  readonly layout: FieldLayout;
  readonly atlas: Atlas;
  /** Rows on the canvas: from, and up to but not including. */
  readonly rows: readonly [from: number, to: number];
  /** Of the mark. */
  readonly markColour: string;
}

/** As long as the time between two deltas: the field moves all the time, and is never far behind. */
const moveInMs = 240;
/** How long a file that was done keeps the colour of what moves. */
const glowMs = 700;

/**
 * A painter for a canvas.
 *
 * @param moves - whether changes move in and glow; asked each time
 */
export function createPainter(canvas: HTMLCanvasElement, moves: () => boolean): Painter {
  const context = canvas.getContext('2d', { alpha: false });
  let view: FieldView | undefined;
  let wanted: Uint8Array = new Uint8Array();
  let selected: number | undefined;
  /** Changed files that are not drawn yet, and when the last of them is to be. */
  let moving: number[] = [];
  let movedBy = 0;
  /** Files that glow, the oldest first, and until when. */
  const glowing: (readonly [index: number, until: number])[] = [];

  const draw = (index: number, value: number): void => {
    if (!view || !context) return;
    const { layout, atlas, rows } = view;
    const row = Math.floor(index / layout.columns);
    if (row < rows[0] || row >= rows[1]) return;
    const px = layout.cellPx;
    const [x, y] = [(index % layout.columns) * px, (row - rows[0]) * px];
    context.drawImage(atlas.canvas, 0, value * px, px, px, x, y, px, px);
    if (index === selected) mark(context, view, x, y);
  };

  const frame = (now: number): boolean => {
    const left = Math.max(0, movedBy - now);
    const share = left === 0 ? 1 : Math.min(1, 16 / left);
    const glow = moves();
    for (const index of moving.splice(0, Math.ceil(moving.length * share))) {
      const value = wanted[index] ?? cell.open;
      const glows = glow && value === cell.done;
      draw(index, glows ? justDone : value);
      if (glows) glowing.push([index, now + glowMs]);
    }
    let over = 0;
    while ((glowing[over]?.[1] ?? Number.POSITIVE_INFINITY) <= now) over++;
    for (const [index] of glowing.splice(0, over)) draw(index, wanted[index] ?? cell.open);
    return moving.length > 0 || glowing.length > 0;
  };

  const drawAll = (): void => {
    moving = [];
    glowing.length = 0;
    if (view && context) drawRuns(context, view, wanted);
    if (selected !== undefined) draw(selected, wanted[selected] ?? cell.open);
  };

  return {
    show(cells) {
      const before = wanted;
      wanted = cells;
      if (!view || before.length !== cells.length) return drawAll();
      const { layout, rows } = view;
      const changed = new Set(moving);
      const end = Math.min(cells.length, rows[1] * layout.columns);
      for (let index = rows[0] * layout.columns; index < end; index++)
        if (before[index] !== cells[index]) changed.add(index);
      if (changed.size === 0) return;
      moving = [...changed];
      movedBy = performance.now() + (moves() ? moveInMs : 0);
      onNextFrame(frame);
    },
    place(next) {
      view = next;
      canvas.width = next.layout.columns * next.layout.cellPx;
      canvas.height = (next.rows[1] - next.rows[0]) * next.layout.cellPx;
      drawAll();
    },
    select(index) {
      const before = selected;
      selected = index;
      for (const each of [before, index]) if (each !== undefined) draw(each, wanted[each] ?? cell.open);
    },
    stop: () => cancelFrame(frame),
  };
}

function mark(context: CanvasRenderingContext2D, { layout, markColour }: FieldView, x: number, y: number): void {
  context.strokeStyle = markColour;
  context.lineWidth = Math.max(2, layout.cellPx / 8);
  const inset = context.lineWidth / 2;
  context.strokeRect(x + inset, y + inset, layout.cellPx - 2 * inset, layout.cellPx - 2 * inset);
}

/** All rows of the view: equal neighbours by one copy. */
function drawRuns(context: CanvasRenderingContext2D, view: FieldView, cells: Uint8Array): void {
  const { layout, atlas, rows } = view;
  const px = layout.cellPx;
  context.drawImage(atlas.canvas, 0, 0, 1, 1, 0, 0, context.canvas.width, context.canvas.height);
  for (let row = rows[0]; row < rows[1]; row++) {
    const start = row * layout.columns;
    const end = Math.min(start + layout.columns, layout.total);
    for (let from = start; from < end;) {
      const value = cells[from] ?? 0;
      let to = from + 1;
      while (to < end && to - from < runLength && (cells[to] ?? 0) === value) to++;
      const width = (to - from) * px;
      context.drawImage(atlas.canvas, 0, value * px, width, px, (from - start) * px, (row - rows[0]) * px, width, px);
      from = to;
    }
  }
}
