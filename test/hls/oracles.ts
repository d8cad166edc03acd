import { parse, setOptions } from 'hls-parser';
import { Parser } from 'm3u8-parser';

// What it finds wrong is of no interest here.
setOptions({ silent: true });

/** Parsers that others wrote: what they find, we must find. Each tells the URIs it knows, undefined where it gives up. */
export const oracles: Readonly<Record<string, (text: string) => ReadonlySet<string> | undefined>> = {
  'hls-parser': orUndefined((text) => collectUris(parse(text))),
  'm3u8-parser': orUndefined((text) => {
    const parser = new Parser();
    parser.push(text);
    parser.end();
    return collectUris(parser.manifest);
  }),
};

function orUndefined<T>(read: (text: string) => T): (text: string) => T | undefined {
  return (text) => {
    try {
      return read(text);
    } catch {
      return undefined;
    }
  };
}

/** Every value of a member called `uri` or ending so, however deep. */
function collectUris(root: unknown): ReadonlySet<string> {
  const uris = new Set<string>();
  const seen = new Set<unknown>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'string' && value !== '' && /uri$/i.test(name)) uris.add(value.trim());
      else collect(value);
    }
  };
  collect(root);
  return uris;
}
