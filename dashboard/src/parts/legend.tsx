import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { atlasOf, coloursChanged } from '../field/theme.ts';
import { cellNames } from '../live/field.ts';

const size = 14;

/** What the characters of a field mean: drawn by the same glyphs. */
export function Legend(): ReactNode {
  return (
    <ul className="legend">
      {cellNames.map((name, value) => (
        <li key={name}>
          <Glyph value={value} />
          {name}
        </li>
      ))}
    </ul>
  );
}

/** One character of a field, among words. */
export function Glyph({ value }: { readonly value: number }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const element = canvas.current;
      if (!element) return;
      const px = Math.round(size * devicePixelRatio);
      element.width = px;
      element.height = px;
      element.style.width = `${size}px`;
      element.style.height = `${size}px`;
      element.getContext('2d')?.drawImage(atlasOf(px).canvas, 0, value * px, px, px, 0, 0, px, px);
    };
    draw();
    document.addEventListener(coloursChanged, draw);
    return () => document.removeEventListener(coloursChanged, draw);
  }, [value]);
  return <canvas ref={canvas} aria-hidden="true" />;
}
