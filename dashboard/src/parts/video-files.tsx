import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useCellSource, useRenditionSource } from '../field/cell-source.ts';
import type { CellSource } from '../field/cell-source.ts';
import { FieldView } from '../field/field-view.tsx';
import { cell } from '../live/field.ts';
import type { Rendition, VideoField } from '../api/contract.ts';
import { formatCount, formatCounted } from '../../../src/domain/report/amount-text.ts';
import { Legend } from './legend.tsx';

/** Longer than the fold takes. */
const foldedAfterMs = 800;

/** The files of a video, all of them or those of one rendition. A whole video's are folded into one line. */
export function VideoFiles({
  id,
  field,
  isFolded,
  selected,
  onOpen,
}: {
  readonly id: string;
  readonly field: VideoField;
  readonly isFolded: boolean;
  readonly selected: number | undefined;
  readonly onOpen: (index: number) => void;
}): ReactNode {
  const source = useCellSource(id, field.total, field.field);
  const [chosen, setChosen] = useState<string>();
  const rendition = field.renditions.find(({ key }) => key === chosen);
  const part = useRenditionSource(source, rendition);
  const [isOpen, setIsOpen] = useState(!isFolded);
  const [isShown, setIsShown] = useState(!isFolded);
  useEffect(() => setIsOpen(!isFolded || selected !== undefined), [isFolded, selected]);
  useEffect(() => {
    if (isOpen) return setIsShown(true);
    const timer = setTimeout(() => setIsShown(false), foldedAfterMs);
    return () => clearTimeout(timer);
  }, [isOpen]);
  const position = selected === undefined ? undefined : part.positionOf(selected);
  return (
    <section className="part" aria-labelledby="files">
      <div className="row spread">
        <h2 id="files">
          {isFolded ? `◉ ${formatCounted(field.total, 'file')}, all in place` : formatCounted(field.total, 'file')}
        </h2>
        {isFolded ? (
          <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? 'Fold' : 'Show each file'}
          </button>
        ) : (
          <Legend />
        )}
      </div>
      <div className={isOpen ? 'fold' : 'fold shut'}>
        <div>
          {isShown ? (
            <>
              <Renditions source={source} renditions={field.renditions} chosen={chosen} onChoose={setChosen} />
              <FieldView
                source={part}
                label={`Files${rendition ? ` of ${rendition.name}` : ''}. Arrow keys choose, n goes to the next that failed, Enter opens.`}
                height={420}
                selected={position === -1 ? undefined : position}
                onOpen={(at) => onOpen(part.indexOf(at))}
              />
            </>
          ) : null}
        </div>
      </div>
    </section>
  );
}

function Renditions({
  source,
  renditions,
  chosen,
  onChoose,
}: {
  readonly source: CellSource;
  readonly renditions: readonly Rendition[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string | undefined) => void;
}): ReactNode {
  const [cells, setCells] = useState(source.cells);
  useEffect(() => {
    const update = (): void => setCells(source.cells());
    update();
    return source.subscribe(update);
  }, [source]);
  if (renditions.length < 2) return null;
  return (
    <div className="states" role="group" aria-label="Renditions">
      <button type="button" aria-pressed={chosen === undefined} onClick={() => onChoose(undefined)}>
        All files
      </button>
      {renditions.map(({ key, name, files }) => {
        const { total, done, failed } = countsIn(cells, files);
        return (
          <button key={key} type="button" title={key} aria-pressed={chosen === key} onClick={() => onChoose(key)}>
            {name} <span>{done === total ? '◉' : `${formatCount(done)} of ${formatCount(total)}`}</span>
            {failed > 0 ? ` ✕ ${formatCount(failed)}` : ''}
          </button>
        );
      })}
    </div>
  );
}

function countsIn(cells: Uint8Array, ranges: Rendition['files']): { total: number; done: number; failed: number } {
  const counts = { total: 0, done: 0, failed: 0 };
  for (const [from, to] of ranges) {
    counts.total += to - from;
    for (let index = from; index < to; index++) {
      if (cells[index] === cell.done) counts.done += 1;
      else if (cells[index] === cell.failed) counts.failed += 1;
    }
  }
  return counts;
}
