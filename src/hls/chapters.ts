import { isUtf8 } from 'node:buffer';
import { ReferenceCollector } from './reference-collector.ts';
import { findJsonStrings } from './json-strings.ts';
import type { DocumentContext, References } from './reference.ts';

/** A JSON document of chapters with what it names. */
export interface Chapters extends References {
  readonly text: string;
}

/**
 * Reads the JSON of `com.apple.hls.chapters`, whose `images[].url` are relative to it.
 * Apple, "Providing JavaScript Object Notation (JSON) Chapters".
 *
 * Those without images are read too: their texts are edited under the same name, which is seen only of documents.
 *
 * @returns undefined where it is not such a document: then it is copied like any other file
 */
export function readChapters(bytes: Uint8Array, context: DocumentContext): Chapters | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  if (!isJson(text)) return undefined;
  const into = new ReferenceCollector(context);
  let line = 1;
  let counted = 0;
  for (const { path, value, start, end } of findJsonStrings(text)) {
    const isImage = path.at(-1) === 'url' && typeof path.at(-2) === 'number' && path.at(-3) === 'images';
    if (!isImage || value.trim() === '') continue;
    line += text.slice(counted, start).split('\n').length - 1;
    counted = start;
    into.take({ uri: value.trim(), start, end, line, tag: 'images' }, { use: 'file', role: 'image' });
  }
  const { references, external, refusals, warnings } = into;
  return { text, references, external, refusals, warnings };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
