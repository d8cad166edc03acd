import { isUtf8 } from 'node:buffer';
import { ReferenceCollector } from './reference-collector.ts';
import type { DocumentContext, References } from './reference.ts';

/** A WebVTT track of thumbnails with the images that it names. */
export interface ThumbnailTrack extends References {
  readonly text: string;
}

/**
 * Reads a WebVTT file whose cues name images, often a part of a sprite: `sprite.jpg#xywh=160,0,160,90` (Media Fragments
 * URI 1.0, section 4.2.2). Each line of a cue's text is a URI. Blocks without a line of times are comments, styles and
 * the like (WebVTT, section 4.1).
 *
 * @returns undefined where the text is no UTF-8 or names nothing: then it is copied like any other file
 */
export function readThumbnailTrack(bytes: Uint8Array, context: DocumentContext): ThumbnailTrack | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  const into = new ReferenceCollector(context);
  let isInCue = false;
  for (const { content, start, line } of linesOf(text)) {
    const uri = content.trim().replace(/#.*$/s, '');
    if (content.trim() === '') isInCue = false;
    else if (content.includes('-->')) isInCue = true;
    else if (isInCue && uri !== '') {
      const from = start + content.indexOf(uri);
      into.take({ uri, start: from, end: from + uri.length, line, tag: 'cue' }, { use: 'file', role: 'image' });
    }
  }
  const { references, external, refusals, warnings } = into;
  const namesNothing = references.length + external.length + refusals.length === 0;
  return namesNothing ? undefined : { text, references, external, refusals, warnings };
}

/** Lines end in CRLF, LF or CR. */
function* linesOf(
  text: string,
): Generator<{ readonly content: string; readonly start: number; readonly line: number }> {
  let line = 0;
  for (const { 0: content, index: start } of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    line++;
    yield { content, start, line };
  }
}
