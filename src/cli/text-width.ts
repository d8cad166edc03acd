let segmenter: Intl.Segmenter | undefined;

/** Made when it is first needed, which takes several milliseconds: most commands draw no columns. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Scripts and emoji that terminals draw two columns wide (roughly Unicode Standard Annex 11). */
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

/** The number of terminal columns that the text occupies. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Cuts text to at most `columns`, with an ellipsis at the cut. */
export function fitText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let fitting = '';
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    width += wide.test(segment) ? 2 : 1;
    if (width > columns - 1) break;
    fitting += segment;
  }
  return columns < 1 ? '' : `${fitting}…`;
}

/** Cuts or pads text to exactly `columns`. */
export function padText(text: string, columns: number): string {
  const fitting = fitText(text, columns);
  return fitting + ' '.repeat(Math.max(0, columns - textWidth(fitting)));
}
