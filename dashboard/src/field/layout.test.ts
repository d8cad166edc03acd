import { describe, expect, it } from 'vitest';
import { fileAt, layoutField, stepFrom } from './layout.ts';

describe('the layout of a field', () => {
  it('takes the largest cells that keep within the height', () => {
    expect(layoutField(40, 400, 100, 1)).toEqual({ total: 40, cellPx: 22, columns: 18, rows: 3 });
    expect(layoutField(5_000, 1_000, 170, 1)).toMatchObject({ cellPx: 8, columns: 125, rows: 40 });
  });

  it('counts in device pixels', () => {
    expect(layoutField(40, 400, 100, 2)).toMatchObject({ cellPx: 44, columns: 18 });
  });

  it('has at least one column, and no more than files', () => {
    expect(layoutField(3, 400, 100, 1)).toMatchObject({ columns: 3, rows: 1 });
    expect(layoutField(3, 0, 100, 1)).toMatchObject({ columns: 1, rows: 3 });
  });

  it('finds the file at a point, and none beside them', () => {
    const layout = { total: 5, cellPx: 10, columns: 3, rows: 2 };
    expect(fileAt(layout, 25, 5)).toBe(2);
    expect(fileAt(layout, 5, 15)).toBe(3);
    expect(fileAt(layout, 25, 15)).toBeUndefined();
    expect(fileAt(layout, 35, 5)).toBeUndefined();
    expect(fileAt(layout, 5, -1)).toBeUndefined();
  });

  it('is walked through by keys, which stop at its ends', () => {
    const layout = { total: 5, cellPx: 10, columns: 3, rows: 2 };
    const from = (index: number, key: string): number | undefined => stepFrom(index, key, layout);
    expect([from(1, 'ArrowRight'), from(1, 'ArrowLeft'), from(1, 'ArrowDown'), from(4, 'ArrowUp')]).toEqual([
      2, 0, 4, 1,
    ]);
    expect([from(0, 'ArrowUp'), from(4, 'PageDown'), from(3, 'Home'), from(1, 'End')]).toEqual([0, 4, 0, 4]);
    expect(from(1, 'x')).toBeUndefined();
  });
});
