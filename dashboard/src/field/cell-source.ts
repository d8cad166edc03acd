import { useCallback, useMemo } from 'react';
import type { Rendition, WireField } from '../api/contract.ts';
import { cellsOf, fieldOf } from '../live/field.ts';
import type { Field, Ranges } from '../live/field.ts';
import { useLiveStore } from '../live/use-live.ts';

/** Where a field has its cells from. */
export interface CellSource {
  readonly total: number;
  /** The same array while nothing changed. */
  readonly cells: () => Uint8Array;
  readonly subscribe: (listener: () => void) => () => void;
}

/**
 * The cells of a video as they change, without drawing a component again: of the stream, and of `otherwise` while the
 * stream has no field of it.
 */
export function useCellSource(id: string, total: number, otherwise?: WireField): CellSource {
  const store = useLiveStore();
  const subscribe = useCallback((listener: () => void) => store.subscribeVideo(id, listener), [store, id]);
  const cells = useMemo(() => {
    let shownField: Field | undefined;
    let shown: Uint8Array = otherwise ? cellsOf(fieldOf(otherwise, total)) : new Uint8Array(total);
    return () => {
      const field = store.video(id)?.field;
      if (field && field !== shownField && field.total === total) {
        shownField = field;
        shown = cellsOf(field);
      }
      return shown;
    };
  }, [store, id, total, otherwise]);
  return useMemo(() => ({ total, cells, subscribe }), [total, cells, subscribe]);
}

/** The files of one rendition, and the cells of these only. */
export function useRenditionSource(
  source: CellSource,
  rendition: Rendition | undefined,
): CellSource & { readonly indexOf: (position: number) => number; readonly positionOf: (index: number) => number } {
  return useMemo(() => {
    if (!rendition) return { ...source, indexOf: (position) => position, positionOf: (index) => index };
    const indices = indicesOf(rendition.files);
    let whole: Uint8Array | undefined;
    let part: Uint8Array = new Uint8Array(indices.length);
    const cells = (): Uint8Array => {
      const now = source.cells();
      if (now !== whole) {
        whole = now;
        part = Uint8Array.from(indices, (index) => now[index] ?? 0);
      }
      return part;
    };
    return {
      total: indices.length,
      cells,
      subscribe: source.subscribe,
      indexOf: (position) => indices[position] ?? 0,
      positionOf: (index) => indices.indexOf(index),
    };
  }, [source, rendition]);
}

function indicesOf(ranges: Ranges): readonly number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, at) => from + at));
}
