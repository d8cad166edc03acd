import { drawAtlas } from './atlas.ts';
import type { Atlas, FieldColours } from './atlas.ts';

/** Said on the document when its colours are others. */
export const coloursChanged = 'flants-colours';

const atlases = new Map<string, Atlas>();

/** The glyphs in this size, in the colours of the page. Fields of one size share them. */
export function atlasOf(cellPx: number): Atlas {
  const colours = fieldColours();
  const name = `${cellPx} ${Object.values(colours).join(' ')}`;
  const found = atlases.get(name);
  if (found) return found;
  // Each size of the window and each theme asks for others.
  if (atlases.size > 40) atlases.clear();
  const atlas = drawAtlas(cellPx, colours);
  atlases.set(name, atlas);
  return atlas;
}

/** The colours of the style sheet. */
export function fieldColours(): FieldColours & { readonly mark: string } {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: colour('--paper'),
    open: colour('--file-open'),
    inFlight: colour('--accent-glyph'),
    done: colour('--file-done'),
    failed: colour('--failed'),
    accepted: colour('--accepted'),
    mark: colour('--ink'),
  };
}

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether things may move. */
export function mayMove(): boolean {
  return !stillness.matches;
}
