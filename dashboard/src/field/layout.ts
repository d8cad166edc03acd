/** How the cells of a field are laid out, in device pixels: rows from left to right, from top to bottom. */
export interface FieldLayout {
  readonly total: number;
  /** Width and height of one cell. */
  readonly cellPx: number;
  readonly columns: number;
  readonly rows: number;
}

/** Sizes of a cell in CSS pixels, the largest first. Below the last, ◯ and ◉ look alike. */
const cellSizes = [22, 18, 15, 13, 11, 9, 8] as const;

/**
 * The largest cells with which a field keeps within a height; the smallest where none does.
 *
 * @param total - number of files
 * @param width - CSS pixels there are
 * @param height - CSS pixels that it should not exceed
 * @param ratio - device pixels in a CSS pixel
 */
export function layoutField(total: number, width: number, height: number, ratio: number): FieldLayout {
  const layouts = cellSizes.map((size) => {
    const cellPx = Math.max(1, Math.round(size * ratio));
    const columns = Math.max(1, Math.min(total, Math.floor((width * ratio) / cellPx)));
    return { total, cellPx, columns, rows: Math.ceil(total / columns) };
  });
  const fitting = layouts.find(({ rows, cellPx }) => rows * cellPx <= height * ratio);
  return fitting ?? layouts.at(-1) ?? { total, cellPx: 1, columns: 1, rows: total };
}

/** The file at a point, in device pixels from the field's corner; undefined beside the cells. */
export function fileAt({ cellPx, columns, total }: FieldLayout, x: number, y: number): number | undefined {
  const [column, row] = [Math.floor(x / cellPx), Math.floor(y / cellPx)];
  if (column < 0 || column >= columns || row < 0) return undefined;
  const index = row * columns + column;
  return index < total ? index : undefined;
}

/** Where a key leads from a file; undefined where the key is no step. Steps beyond the ends stop there. */
export function stepFrom(index: number, key: string, { columns, total }: FieldLayout): number | undefined {
  const page = columns * 10;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: index - columns,
    ArrowDown: index + columns,
    PageUp: index - page,
    PageDown: index + page,
    Home: 0,
    End: total - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.max(0, Math.min(total - 1, next));
}
